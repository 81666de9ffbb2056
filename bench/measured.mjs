import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endedChildrenSeconds, watchMemory } from './process-tree.mjs';

/**
 * Runs a program and says what it took, with all processes that it starts: wall time from start to end, processor
 * time (user and system), and the most memory that they had at the same time. It is read from Linux's `/proc`.
 *
 * @param {readonly [string, ...string[]]} command
 * @param {string} folder where it runs and what it may fill
 * @throws where it does not end with 0
 */
export async function measured([command, ...args], folder) {
  const cpuBefore = endedChildrenSeconds();
  const started = process.hrtime.bigint();
  const child = spawn(command, args, {
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-4_000);
  });
  const closed = once(child, 'close');
  await once(child, 'spawn');
  const stopWatching = watchMemory(child.pid);
  const [code, signal] = await closed;
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const peakMegabytes = stopWatching();
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code ?? signal}:\n${said}`);
  return { seconds, cpuSeconds: endedChildrenSeconds() - cpuBefore, peakMegabytes };
}
