import type { Log } from '../../log/log.js';
import { formatDuration } from '../../time/duration.js';
import type { FailedTry } from '../retry/failed-try.js';
import type { Pause } from './pause.js';
import type { Queue, Semaphore } from './semaphore.js';

/** What one try needs to be sent. */
export interface Permit {
  /** Pauses before it. */
  readonly pauses: number;
  /** Must be called once, when the try is over. */
  release(): void;
}

export type Permits = ReturnType<typeof createPermits>;

/** Permits to send: a semaphore and a pause that all requests share, which learn from how the tries went. */
export function createPermits(semaphore: Semaphore, pause: Pause, log: Log) {
  let refusedBy: string | undefined;
  /** The pause in which the latest burst of refusals was met. */
  let burst: number | undefined;
  // Said when the pause is over: only then is it known how many of a burst were refused.
  const logLimit = () => {
    if (refusedBy === undefined) return;
    const { permits } = semaphore;
    log.info(`${refusedBy}: going on with at most ${permits} at a time`, {
      host: refusedBy,
      concurrency: permits,
    });
    refusedBy = undefined;
  };
  return {
    /** Resolves when no pause is running and a permit is free. */
    acquire: async (queue: Queue, signal: AbortSignal): Promise<Permit> => {
      for (;;) {
        await pause.over(signal);
        const release = await semaphore.acquire(queue, signal);
        if (!pause.isRunning) {
          logLimit();
          return { pauses: pause.count, release };
        }
        release(); // a pause began while it stood in the queue
      }
    },
    succeeded: semaphore.succeeded,
    /** The server is overloaded, as the holder of this permit was told: everybody waits, and fewer go at a time. */
    overloaded: (permit: Permit, failure: FailedTry, waitMs: number, host: string): void => {
      const isLate = permit.pauses !== pause.count;
      const isNews = pause.begin(waitMs, permit.pauses);
      if (failure.details.status === 429) {
        semaphore.refused(burst !== pause.count, { waitMs, isLate });
        burst = pause.count;
        refusedBy = host;
      }
      if (!isNews) return;
      log.warn(`${host} ${failure.message}; waiting ${formatDuration(waitMs)} before sending anything more`, {
        host,
        wait_ms: waitMs,
      });
    },
    close: (): Promise<void> => {
      pause.close();
      return semaphore.close();
    },
  };
}
