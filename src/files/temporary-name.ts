import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isRunning, OWN_PID } from './this-process.js';

/** Tells this process from one that has its number on another machine. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
/** Tells this process from an earlier one that had its number. */
const INSTANCE = randomBytes(4).toString('hex');

/** Whether a process on another machine still lives cannot be asked; what it left alone for so long is left over. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;

let count = 0;

/** Where a file is written before it gets its name: beside it, hidden, and saying whose it is. */
export function temporaryPath(path: string): string {
  count += 1;
  return join(dirname(path), `.${basename(path)}.${OWN_PID}-${HOST}-${INSTANCE}-${count}.tmp`);
}

/**
 * Removes what processes that are gone left in a folder under names of {@link temporaryPath}; what belongs to one
 * that may still be at work stays. Never fails: a leftover is in nobody's way.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    if (await isLeftover(path, name)) await rm(path, { force: true }).catch(() => {});
  }
}

async function isLeftover(path: string, name: string): Promise<boolean> {
  const [, pid, host, instance] = /^\..+\.(\d+)-([\da-f]{8})-([\da-f]{8})-\d+\.tmp$/.exec(name) ?? [];
  if (pid === undefined || instance === INSTANCE) return false;
  if (host !== HOST) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    return Date.now() - mtimeMs > ABANDONED_AFTER_MS;
  }
  // Our own number and another instance: the process that had the number before us.
  return Number(pid) === OWN_PID || !isRunning(Number(pid));
}
