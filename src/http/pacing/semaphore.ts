import { abortError } from '../../errors/export-error.js';
import { burstBegun, limitOf, refused, succeeded } from './limit.js';
import type { LimitMember, LimitShare, Refused } from './shared-limit.js';

export type Queue = 'first' | 'retry';

/** How many requests are in flight at most, and who is next. */
export interface Semaphore {
  readonly permits: number;
  /** Resolves with what releases the permit. First come first served, but retries before first attempts. */
  acquire(queue: Queue, signal: AbortSignal): Promise<() => void>;
  /** The server refused one of those in flight as too many; `isFirst` where that begins a burst of refusals. */
  refused(isFirst: boolean, refused?: Refused): void;
  succeeded(): void;
  /** Gives back what it has of a limit that others share. Does not reject. */
  close(): Promise<void>;
}

/**
 * A semaphore that adapts: it has as many permits as requests may be in flight, fewer where the server showed that it
 * cannot take that many.
 */
export function createSemaphore(maxPermits: number): Semaphore {
  let limit = limitOf(maxPermits);
  const line = createLine(() => limit.permits);
  return {
    get permits() {
      return limit.permits;
    },
    acquire: line.acquire,
    refused: (isFirst) => {
      limit = refused(isFirst ? burstBegun(limit, line.inFlight) : limit);
    },
    succeeded: () => {
      limit = succeeded(limit, maxPermits);
      line.admit();
    },
    close: async () => {},
  };
}

/**
 * A semaphore whose permits are a share of those of several processes, which learn together how many there are.
 *
 * @param pause makes all requests of this process wait
 */
export function createSharedSemaphore(
  most: number,
  join: (member: LimitMember) => LimitShare,
  pause: (ms: number) => void,
): Semaphore {
  let permits = 0;
  const line = createLine(() => permits);
  const share = join({
    most,
    demand: () => ({ inFlight: line.inFlight, waiting: line.waiting }),
    grant: (granted) => {
      permits = granted;
      line.admit();
    },
    pause,
  });
  return {
    get permits() {
      return permits;
    },
    acquire: (queue, signal) => {
      const acquired = line.acquire(queue, signal);
      share.wanted();
      return acquired;
    },
    refused: (_isFirst, told) => {
      if (told) share.refused(told);
    },
    succeeded: () => share.succeeded(),
    close: () => share.leave(),
  };
}

/** Those who wait for a permit, and how many have one. */
function createLine(permits: () => number) {
  let inFlight = 0;
  const queues = { retry: [] as Array<() => void>, first: [] as Array<() => void> };

  const admit = () => {
    while (inFlight < permits()) {
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
    get inFlight() {
      return inFlight;
    },
    get waiting() {
      return queues.retry.length + queues.first.length;
    },
    admit,
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
  };
}
