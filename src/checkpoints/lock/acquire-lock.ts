import type { LockOptions, StateLock } from '../../catalogue/state-lock.js';
import { ExportError } from '../../errors/export-error.js';
import type { Clock } from '../../time/clock.js';
import { formatDuration } from '../../time/duration.js';
import { isUnchanged, type LockContent } from './lock-content.js';
import { formatHolder, hasEnded, type LockHolder, thisRun } from './lock-holder.js';

/** Where the lock of a state is kept. What it says is written whole, or not at all. */
export interface LockPlace {
  /** The state, as users know it; and the lock. */
  readonly state: string;
  readonly lock: string;
  /** True where there was none and it is now this one: of several runs, one alone succeeds. */
  create(own: LockHolder): Promise<boolean>;
  read(): Promise<LockContent>;
  /**
   * Removes a lock that is as it was when its run was taken for dead, or puts one's own in its place. True where it is
   * one's own now; else it is to be created.
   */
  takeOver(dead: LockHolder | 'unreadable', own: LockHolder): Promise<boolean>;
  /** Shows that its run is alive. False where it is not ours any more. */
  renew(own: LockHolder): Promise<boolean>;
  /** True where nobody else can have taken it. */
  isOurs(own: LockHolder): Promise<boolean>;
  /** Harmless where it is not ours. */
  remove(own: LockHolder): Promise<void>;
}

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
 * Makes sure that only one run works on a state. Its lock says who; a dead run's lock is taken over by one run alone, so
 * that of two that see it dead only one wins.
 */
export async function acquireLock(place: LockPlace, options: LockOptions): Promise<StateLock> {
  const { clock, log, signal, wait } = options;
  const own = await thisRun(clock.now());
  /** Ids of runs that were told of. */
  const told = new Set<string>();
  const tellOnce = (other: LockHolder | 'unreadable', tell: (who: string) => void) => {
    const id = other === 'unreadable' ? other : other.id;
    if (!told.has(id)) tell(other === 'unreadable' ? '' : `: ${formatHolder(other, clock.now())}`);
    told.add(id);
  };
  const now = (): LockHolder => ({ ...own, beat_at: clock.now() });
  for (;;) {
    if (await place.create(now())) return held(place, own, clock);
    const other = await place.read();
    if (other === 'gone') continue;
    if (other === 'unreadable' || (await isDead(place, other, own, options))) {
      tellOnce(other, (who) => log.warn(`Taking over the lock of a run that is gone${who}`));
      if (await place.takeOver(other, now())) return held(place, own, clock);
      continue;
    }
    if (!wait) throw taken(place, other, clock.now());
    tellOnce(other, (who) => log.info(`Waiting for another run to end${who}`));
    await clock.sleep(ASK_EVERY_MS, signal);
  }
}

/** On this machine a run is dead when its process is; elsewhere, when it is silent and stays so while it is watched. */
async function isDead(
  place: LockPlace,
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
  return isUnchanged(await place.read(), other);
}

function held(place: LockPlace, own: LockHolder, clock: Clock): StateLock {
  const lost = new AbortController();
  let beating = Promise.resolve();
  const beat = async () => {
    const isOurs = await place.renew({ ...own, beat_at: clock.now() });
    if (!isOurs) lost.abort(takenAway(place, 'interrupted'));
  };
  const timer = setInterval(() => {
    beating = beat().catch(() => {}); // a missed beat is made up for
  }, BEAT_EVERY_MS);
  timer.unref();
  return {
    lost: lost.signal,
    assertHeld: async () => {
      if (lost.signal.aborted || !(await place.isOurs(own))) throw takenAway(place, 'config');
    },
    release: async () => {
      clearInterval(timer);
      await beating;
      await place.remove(own);
    },
  };
}

function taken({ state, lock }: LockPlace, other: LockHolder, nowMs: number): ExportError {
  return new ExportError('STATE_LOCKED', `Another run works on ${state}: ${formatHolder(other, nowMs)}.`, {
    kind: 'transient',
    hint: `Let it end, or wait for it with --wait. If it is gone, remove ${lock}.`,
  });
}

export function takenAway({ lock }: Pick<LockPlace, 'lock'>, kind: 'config' | 'interrupted'): ExportError {
  return new ExportError(
    'STATE_TAKEN_OVER',
    `The lock ${lock} was taken away from this run, which has stopped.`,
    {
      kind,
      hint:
        'Another run took it for dead, since its machine was asleep, or somebody removed the lock. What it delivered ' +
        'is there; the next run delivers the rest.',
    },
  );
}
