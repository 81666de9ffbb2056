import type { Clock } from '../../time/clock.js';

export type WaitMeter = ReturnType<typeof createWaitMeter>;

/** Measures for how long at least one request waited; waits that overlap count once. */
export function createWaitMeter(clock: Clock, add: (ms: number) => void) {
  let sleepers = 0;
  let since = 0;
  return {
    /** Sleeps, and counts it. */
    sleep: async (ms: number, signal: AbortSignal): Promise<void> => {
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
