import { abortError } from '../../errors/export-error.js';

/** Successes after which one more request may be in flight. Four times as many each time that it was refused. */
const STEP = 20;

/** Gives a place back. */
export type Leave = () => void;

/** How many requests may be in flight: the most allowed, less where the server showed it cannot take that. */
export interface Concurrency {
  readonly limit: number;
  /** Resolves when a place is free. First come first served, but those that try again go before new ones. */
  take(lane: 'new' | 'again', signal: AbortSignal): Promise<Leave>;
  /**
   * The server refused one of those in flight as too many; `isFirst` where that begins a burst of refusals. As many
   * as it took of the burst may be in flight from now on. Half as many where it took none: then it is not how many.
   */
  refused(isFirst: boolean): void;
  /** After twenty successes one more may be in flight, up to the most allowed. */
  succeeded(): void;
}

export function createConcurrency(most: number): Concurrency {
  let limit = most;
  let inFlight = 0;
  let successes = 0;
  let step = STEP;
  let isTryingMore = false;
  const burst = { limit: most, sent: 0, refused: 0 };
  const lanes = { again: [] as Array<() => void>, new: [] as Array<() => void> };

  const admit = () => {
    while (inFlight < limit) {
      const next = lanes.again.shift() ?? lanes.new.shift();
      if (next === undefined) return;
      inFlight += 1;
      next();
    }
  };
  const leave = () => {
    inFlight -= 1;
    admit();
  };
  return {
    get limit() {
      return limit;
    },
    take: (lane, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(abortError(signal));
        const waiting = lanes[lane];
        const enter = () => {
          signal.removeEventListener('abort', onAbort);
          resolve(leave);
        };
        const onAbort = () => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(abortError(signal));
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.push(enter);
        admit();
      }),
    refused(isFirst) {
      if (isFirst) {
        Object.assign(burst, { limit, sent: inFlight, refused: 0 });
        step = isTryingMore ? 4 * step : STEP;
        isTryingMore = false;
        successes = 0;
      }
      burst.refused += 1;
      const taken = burst.sent - burst.refused;
      limit = taken > 0 ? Math.min(burst.limit, taken) : Math.max(1, Math.floor(burst.limit / 2));
    },
    succeeded() {
      successes += 1;
      if (limit === most || successes < step) return;
      if (isTryingMore) step = STEP; // the last one more was not refused
      isTryingMore = true;
      successes = 0;
      limit += 1;
      admit();
    },
  };
}
