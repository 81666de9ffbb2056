import type { Log } from '../../report/log.js';
import { formatDuration } from '../../time/duration.js';
import type { FailedTry } from '../retry/failed-try.js';
import { createConcurrency } from './concurrency.js';
import type { Pause } from './pause.js';

/** Leave to send one request. */
export interface Pass {
  /** The pauses before it. */
  readonly pauses: number;
  /** Must be called once, when the request is over. */
  leave(): void;
}

/** Lets a request out when no pause is running and a place is free, and learns from how it went. */
export interface Gate {
  enter(lane: 'new' | 'again', signal: AbortSignal): Promise<Pass>;
  succeeded(): void;
  /** A server in trouble, as the holder of this pass was told: everybody waits. */
  hold(pass: Pass, failure: FailedTry, ms: number, host: string): void;
  close(): void;
}

export function createGate(maxConcurrency: number, pause: Pause, log: Log): Gate {
  const concurrency = createConcurrency(maxConcurrency);
  let refusedBy: string | undefined;
  /** The pause in which the latest burst of refusals was met. */
  let burst: number | undefined;
  // Said when the pause is over: only then is it known how many of a burst were refused.
  const logLimit = () => {
    if (refusedBy === undefined) return;
    const { limit } = concurrency;
    log.info(`${refusedBy}: going on with at most ${limit} at a time`, {
      host: refusedBy,
      concurrency: limit,
    });
    refusedBy = undefined;
  };
  return {
    async enter(lane, signal) {
      for (;;) {
        await pause.over(signal);
        const leave = await concurrency.take(lane, signal);
        if (!pause.running) {
          logLimit();
          return { pauses: pause.count, leave };
        }
        leave(); // a pause began while it stood in the queue
      }
    },
    succeeded: () => concurrency.succeeded(),
    hold(pass, failure, ms, host) {
      const effect = pause.hold(ms, pass.pauses);
      if (failure.details.status === 429) {
        concurrency.refused(burst !== pause.count);
        burst = pause.count;
        refusedBy = host;
      }
      if (effect === 'covered') return;
      log.warn(`${host} ${failure.message}; waiting ${formatDuration(ms)} before sending anything more`, {
        host,
        wait_ms: ms,
      });
    },
    close: () => pause.close(),
  };
}
