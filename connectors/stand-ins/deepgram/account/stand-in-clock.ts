/** The account's own time. It stands still until it is moved. */
export interface StandInClock {
  /** Milliseconds since the epoch. */
  now(): number;
  advance(ms: number): void;
}

export function standInClock(startMs: number): StandInClock {
  let ms = startMs;
  return {
    now: () => ms,
    advance: (by) => {
      ms += by;
    },
  };
}
