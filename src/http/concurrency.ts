import { abortError } from '../errors/export-error.js';

/** Successes in a row after which one more request may be in flight. */
const STEP = 20;

/** Gives a place back. */
export type Leave = () => void;

/** How many requests may be in flight: the most allowed, less where the server showed it cannot take that. */
export interface Concurrency {
  readonly limit: number;
  /** Resolves when a place is free. First come first served, but those that try again go before new ones. */
  take(lane: 'new' | 'again', signal: AbortSignal): Promise<Leave>;
  /** Multiplicative decrease: half as many, one at least. */
  halve(): void;
  /** Additive increase: after twenty successes one more, up to the most allowed. */
  succeeded(): void;
}

export function createConcurrency(most: number): Concurrency {
  let limit = most;
  let inFlight = 0;
  let successes = 0;
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
    halve() {
      limit = Math.max(1, Math.floor(limit / 2));
      successes = 0;
    },
    succeeded() {
      successes += 1;
      if (limit === most || successes < STEP) return;
      successes = 0;
      limit += 1;
      admit();
    },
  };
}
