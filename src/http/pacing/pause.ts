import type { Clock } from '../../time/clock.js';
import { unlessAborted } from '../../time/limits.js';
import type { WaitMeter } from './wait-meter.js';

/** An extension shorter than this is the same wait to a reader of the log. */
const NEWS_MS = 1_000;

export type Pause = ReturnType<typeof createPause>;

/**
 * One backoff that all requests of a client share, as with an open circuit: nothing is sent until it is over, so that
 * not each of them has to be refused.
 */
export function createPause(clock: Clock, waitMeter: WaitMeter) {
  const closing = new AbortController();
  let count = 0;
  let end = 0;
  // What is still to be slept is kept as a length, since a test's clock may stand still.
  let owedMs = 0;
  let ending: Promise<void> | undefined;

  const run = async () => {
    while (owedMs > 0 && !closing.signal.aborted) {
      const ms = owedMs;
      owedMs = 0;
      await waitMeter.sleep(ms, closing.signal).catch(() => undefined);
    }
    ending = undefined;
  };
  return {
    /** Pauses so far. A try notes it when it is sent. */
    get count() {
      return count;
    },
    get isRunning() {
      return ending !== undefined;
    },
    /**
     * Begins a pause of `ms` from now. `noted` is the count when the try was sent that asks for it: a try sent before
     * the latest pause tells nothing new, and at most makes that pause longer. True where that is worth a line.
     */
    begin: (ms: number, noted: number): boolean => {
      const now = clock.now();
      const begins = ending === undefined && noted === count;
      if (begins) count += 1;
      const from = begins ? now : Math.max(end, now);
      const extraMs = Math.max(0, now + ms - from);
      end = from + extraMs;
      owedMs += extraMs;
      if (owedMs > 0) ending ??= run();
      return begins || extraMs > NEWS_MS;
    },
    /** Resolves when no pause is running. */
    over: (signal: AbortSignal): Promise<void> =>
      ending === undefined ? Promise.resolve() : unlessAborted(ending, signal),
    /** Ends a running pause. */
    close: (): void => closing.abort(),
  };
}
