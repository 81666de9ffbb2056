import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const HOOK = new URL('report-usage.mjs', import.meta.url).href;

/**
 * Runs Node with these arguments and says what the whole process took: wall time from start to end, processor
 * time of all its threads (user and system), and the most memory it had.
 *
 * The memory is Linux's and macOS's `ru_maxrss`, which a child begins with its parent's: so this process must stay
 * smaller than what it measures, and holds no data.
 *
 * @param {readonly string[]} args
 * @param {string} folder where it runs and what it may fill
 * @throws where it does not end with 0
 */
export async function measured(args, folder) {
  const usageFile = join(folder, 'usage.json');
  const env = { PATH: process.env.PATH, BENCH_USAGE_FILE: usageFile };
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, ['--import', HOOK, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-4_000);
  });
  const [code] = await once(child, 'close');
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}:\n${said}`);
  const usage = JSON.parse(await readFile(usageFile, 'utf8'));
  return {
    seconds,
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peakMegabytes: usage.maxRSS / 1_024,
  };
}
