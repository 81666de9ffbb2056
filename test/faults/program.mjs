import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { API_KEY } from './account.mjs';

const CLI = fileURLToPath(new URL('../../dist/bundle/cli.js', import.meta.url));
const CLOCK = new URL('clock.mjs', import.meta.url).href;

/** In milliseconds. A run that takes longer does not end by itself: one with calls that never end is killed long before. */
const LONGEST_MS = 300_000;

/**
 * Starts the program in a folder, as a process that sees the account's time.
 *
 * @param command default: `sync`
 * @returns `pid`, `kill(signal)` (-9 unless another one is named) and `ended`, which resolves with the exit code (null when killed) and what was said, and
 *   is rejected when it does not end
 */
export async function startSync(
  folder,
  account,
  { uid, command = 'sync', args = [], longestMs = LONGEST_MS } = {},
) {
  const now = await account.now();
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', CLOCK, CLI, command, '-c', 'sync.yaml', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, DEEPGRAM_API_KEY: API_KEY, DD_API_KEY: API_KEY, FAULTS_NOW: String(now) },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`a run did not end within ${longestMs / 1e3} seconds:\n${said}`));
    }, longestMs);
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code, said, ms: performance.now() - startedAt });
    });
  });
  return { pid: child.pid, kill: (signal = 'SIGKILL') => child.kill(signal), ended };
}

/** One run from start to end. */
export async function sync(folder, account, options) {
  return (await startSync(folder, account, options)).ended;
}
