import { mkdir, rmdir, stat } from 'node:fs/promises';
import type { Log } from '../../log/log.js';
import type { Clock } from '../../time/clock.js';
import { lockError } from './lock-error.js';

export interface GuardOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What is done in the guard takes no longer. */
const ASK_EVERY_MS = 20;
/** Who stays in it for so long died there. */
const WATCH_MS = 15_000;

/**
 * Does something with a lock that only one process at a time may do, whatever its file says. The guard is a folder: it
 * comes into being once, on every file system.
 */
export async function alone<Result>(
  file: string,
  { clock, log, signal }: GuardOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const guard = `${file}.takeover`;
  let watched: string | undefined;
  let watchedMs = 0;
  for (;;) {
    const another = await enter(guard);
    if (another === undefined) break;
    watchedMs = another === watched ? watchedMs + ASK_EVERY_MS : 0;
    watched = another;
    if (watchedMs >= WATCH_MS) {
      log.warn('Another run died while it took over the same lock; going on without it');
      await leave(guard);
    } else {
      await clock.sleep(ASK_EVERY_MS, signal);
    }
  }
  try {
    return await work();
  } finally {
    await leave(guard);
  }
}

/** Where it is there, it is told from one that comes and goes after it. */
async function enter(guard: string): Promise<string | undefined> {
  try {
    await mkdir(guard);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw lockError(guard, error);
    const made = await stat(guard, { bigint: true }).catch(() => undefined);
    return made === undefined ? 'gone' : `${made.ino} of ${made.mtimeNs}`;
  }
}

/** Harmless where it is gone, as that of a process that stood still is, which others took for dead. */
async function leave(guard: string): Promise<void> {
  await rmdir(guard).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw lockError(guard, error);
  });
}
