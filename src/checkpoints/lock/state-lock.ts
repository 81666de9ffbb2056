import { dirname } from 'node:path';
import type { LockOptions, StateLock } from '../../catalogue/state-lock.js';
import { ExportError } from '../../errors/export-error.js';
import { makeFolders } from '../../files/make-folders.js';
import type { Clock } from '../../time/clock.js';
import { formatDuration } from '../../time/duration.js';
import { lockError } from './lock-error.js';
import {
  createLock,
  isSame,
  isUnchanged,
  readLock,
  removeDeadLock,
  removeLock,
  renewLock,
} from './lock-file.js';
import { formatHolder, hasEnded, type LockHolder, thisRun } from './lock-holder.js';

/** A holder of which nothing is known but its lock, and that has not shown itself for this long, may be dead. */
const SILENT_MS = 60_000;
const BEAT_EVERY_MS = 10_000;
/**
 * It is dead if it does not show itself while it is watched: clocks differ, that of a file server too, and a machine may
 * have slept.
 */
const WATCH_MS = 15_000;
const ASK_EVERY_MS = 1_000;

/**
 * Makes sure that only one run works on a state: the file `<state>.lock` says who. It comes into being once and is read
 * only whole, and a dead run's lock is removed by one process alone, so that of two that see it dead only one wins.
 */
export async function lockState(path: string, options: LockOptions): Promise<StateLock> {
  const { clock, log, signal, wait } = options;
  const file = `${path}.lock`;
  // What is in it is for its owner alone.
  await makeFolders(dirname(file), 0o700).catch((error) => {
    throw lockError(dirname(file), error);
  });
  const own = await thisRun(clock.now());
  /** Ids of runs that were told of. */
  const told = new Set<string>();
  const tellOnce = (other: LockHolder | 'unreadable', tell: (who: string) => void) => {
    const id = other === 'unreadable' ? other : other.id;
    if (!told.has(id)) tell(other === 'unreadable' ? '' : `: ${formatHolder(other, clock.now())}`);
    told.add(id);
  };
  for (;;) {
    if (await createLock(file, { ...own, beat_at: clock.now() }, options)) return held(path, own, clock);
    const other = await readLock(file);
    if (other === 'gone') continue;
    if (other === 'unreadable' || (await isDead(file, other, own, options))) {
      tellOnce(other, (who) => log.warn(`Taking over the lock of a run that is gone${who}`));
      await removeDeadLock(file, other, options);
      continue;
    }
    if (!wait) throw taken(path, other, clock.now());
    tellOnce(other, (who) => log.info(`Waiting for another run to end${who}`));
    await clock.sleep(ASK_EVERY_MS, signal);
  }
}

/** On this machine a run is dead when its process is; elsewhere, when it is silent and stays so while it is watched. */
async function isDead(
  file: string,
  other: LockHolder,
  own: LockHolder,
  { clock, log, signal }: LockOptions,
): Promise<boolean> {
  if (hasEnded(other, own)) return true;
  if (clock.now() - other.beat_at <= SILENT_MS) return false;
  log.info(
    `Watching for ${formatDuration(WATCH_MS)} whether another run is gone: ${formatHolder(other, clock.now())}`,
  );
  await clock.sleep(WATCH_MS, signal);
  return isUnchanged(await readLock(file), other);
}

function held(path: string, own: LockHolder, clock: Clock): StateLock {
  const file = `${path}.lock`;
  const lost = new AbortController();
  let beating = Promise.resolve();
  const beat = async () => {
    const isOurs = await renewLock(file, { ...own, beat_at: clock.now() }, clock);
    if (!isOurs) lost.abort(takenAway(path, 'interrupted'));
  };
  const timer = setInterval(() => {
    beating = beat().catch(() => {}); // a missed beat is made up for
  }, BEAT_EVERY_MS);
  timer.unref();
  return {
    lost: lost.signal,
    assertHeld: async () => {
      if (lost.signal.aborted || !isSame(await readLock(file), own)) throw takenAway(path, 'config');
    },
    release: async () => {
      clearInterval(timer);
      await beating;
      if (isSame(await readLock(file), own)) await removeLock(file, clock);
    },
  };
}

function taken(path: string, other: LockHolder, nowMs: number): ExportError {
  return new ExportError('STATE_LOCKED', `Another run works on ${path}: ${formatHolder(other, nowMs)}.`, {
    kind: 'transient',
    hint: `Let it end, or wait for it with --wait. If it is gone, remove ${path}.lock.`,
  });
}

function takenAway(path: string, kind: 'config' | 'interrupted'): ExportError {
  return new ExportError(
    'STATE_TAKEN_OVER',
    `The lock ${path}.lock was taken away from this run, which has stopped.`,
    {
      kind,
      hint:
        'Another run took it for dead, since its machine was asleep, or somebody removed the lock. What it delivered ' +
        'is there; the next run delivers the rest.',
    },
  );
}
