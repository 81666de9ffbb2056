import type { Clock } from '../../time/clock.js';

/** Measures for how long at least one request waited; waits that overlap count once. */
export interface WaitMeter {
  /** Sleeps, and counts it. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export function createWaitMeter(clock: Clock, add: (ms: number) => void): WaitMeter {
  let sleepers = 0;
  let since = 0;
  return {
    async sleep(ms, signal) {
      if (sleepers === 0) since = clock.now();
      sleepers += 1;
      try {
        await clock.sleep(ms, signal);
      } finally {
        sleepers -= 1;
        if (sleepers === 0) add(clock.now() - since);
      }
    },
  };
}
