import { abortError } from '../../errors/export-error.js';

/** Successes after which there is one more permit. Four times as many each time that it was refused. */
const STEP = 20;

export type Queue = 'first' | 'retry';

export type Semaphore = ReturnType<typeof createSemaphore>;

/**
 * A semaphore that adapts: it has as many permits as requests may be in flight, fewer where the server showed that it
 * cannot take that many.
 */
export function createSemaphore(maxPermits: number) {
  let permits = maxPermits;
  let inFlight = 0;
  let successes = 0;
  let step = STEP;
  let isTryingMore = false;
  const burst = { permits, sent: 0, refused: 0 };
  const queues = { retry: [] as Array<() => void>, first: [] as Array<() => void> };

  const admit = () => {
    while (inFlight < permits) {
      const next = queues.retry.shift() ?? queues.first.shift();
      if (next === undefined) return;
      inFlight += 1;
      next();
    }
  };
  const release = () => {
    inFlight -= 1;
    admit();
  };
  return {
    get permits() {
      return permits;
    },
    /** Resolves with what releases the permit. First come first served, but retries before first attempts. */
    acquire: (queue: Queue, signal: AbortSignal): Promise<() => void> =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(abortError(signal));
        const waiting = queues[queue];
        const enter = () => {
          signal.removeEventListener('abort', onAbort);
          resolve(release);
        };
        const onAbort = () => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(abortError(signal));
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.push(enter);
        admit();
      }),
    /**
     * The server refused one of those in flight as too many; `isFirst` where that begins a burst of refusals. There are
     * as many permits from now on as it took of the burst. Half as many where it took none: then it is not how many.
     */
    refused: (isFirst: boolean): void => {
      if (isFirst) {
        Object.assign(burst, { permits, sent: inFlight, refused: 0 });
        step = isTryingMore ? 4 * step : STEP;
        isTryingMore = false;
        successes = 0;
      }
      burst.refused += 1;
      const taken = burst.sent - burst.refused;
      permits = taken > 0 ? Math.min(burst.permits, taken) : Math.max(1, Math.floor(burst.permits / 2));
    },
    /** After twenty successes there is one permit more, up to the most allowed. */
    succeeded: (): void => {
      successes += 1;
      if (permits === maxPermits || successes < step) return;
      if (isTryingMore) step = STEP; // the last one more was not refused
      isTryingMore = true;
      successes = 0;
      permits += 1;
      admit();
    },
  };
}
