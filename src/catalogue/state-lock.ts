import type { Log } from '../log/log.js';
import type { Clock } from '../time/clock.js';

export interface LockOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Waits for the holder instead of refusing. */
  readonly wait: boolean;
  /**
   * True for a run that shares the state with others of its kind: together they keep out a run that wants it alone, and the
   * other way round. Only where the place says that it can be shared. Default false.
   */
  readonly shared?: boolean | undefined;
}

/** The right of one run to change a state. */
export interface StateLock {
  /** Aborted when the lock is found to be another one's: a run that was taken for dead must not go on. */
  readonly lost: AbortSignal;
  /** @throws ExportError `STATE_TAKEN_OVER` where the lock is not ours any more: the state is not to be written then. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}
