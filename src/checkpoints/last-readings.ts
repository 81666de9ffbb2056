import { failureOf } from '../errors/export-error.js';
import type { Log } from '../log/log.js';
import { addDays, type Day, dayAt } from '../time/day.js';
import { inner } from './by-name.js';
import type { ReadingStore, ReadingsOfDay } from './checkpoint-store.js';
import type { LastReading } from './checkpoints.js';
import { isSameSize } from './compare-held.js';

/**
 * Days for which a last reading is remembered. Deepgram keeps its request log for so long, and no lookback is longer,
 * so no older day is read again by itself, also of a stream that is kept for ever.
 */
const KEPT_DAYS = 90;

/** The last readings of one source in a run: in memory since they were saved last, and otherwise loaded when they are asked for. */
export interface LastReadings {
  get(stream: string, projectId: string, day: Day): Promise<LastReading | undefined>;
  /** Those of a day, by stream and project id. */
  ofDay(day: Day): Promise<ReadonlyMap<string, ReadonlyMap<string, LastReading>>>;
  /** Seen by each `get` that is called later. */
  set(stream: string, projectId: string, day: Day, reading: Omit<LastReading, 'sameSinceMs'>): void;
  /** Lets go of what was only looked at. */
  release(): void;
}

/** By the day: one process alone keeps them. */
export function lastReadings(
  store: ReadingStore,
  source: string,
  nowMs: number,
  log: Log,
): LastReadings & {
  /** A failure is only told: what is remembered may lag behind. */
  save(): Promise<void>;
} {
  const oldest = oldestKept(nowMs);
  const loaded = new Map<Day, Promise<ReadingsOfDay>>();
  const changed = new Set<Day>();
  /** Those that the user was told of. */
  const unusable = new Set<Day>();
  const load = (day: Day): Promise<ReadingsOfDay> => {
    const readings =
      loaded.get(day) ??
      store.load(day).catch((error): ReadingsOfDay => {
        if (!unusable.has(day))
          log.warn(
            `What was read last of ${day} cannot be used, and is begun anew: ${failureOf(error).message}`,
          );
        unusable.add(day);
        return new Map();
      });
    loaded.set(day, readings);
    return readings;
  };
  return {
    get: async (stream: string, projectId: string, day: Day): Promise<LastReading | undefined> => {
      if (day < oldest) return undefined;
      return (await load(day)).get(source)?.get(stream)?.get(projectId);
    },
    ofDay: async (day: Day): Promise<ReadonlyMap<string, ReadonlyMap<string, LastReading>>> =>
      day < oldest ? new Map() : ((await load(day)).get(source) ?? new Map()),
    set: (stream: string, projectId: string, day: Day, reading: Omit<LastReading, 'sameSinceMs'>): void => {
      if (day < oldest) return;
      changed.add(day);
      void load(day).then((readings) => {
        const ofProjects = inner(inner(readings, source), stream);
        ofProjects.set(projectId, { ...reading, sameSinceMs: sameSince(reading, ofProjects.get(projectId)) });
      });
    },
    release: (): void => {
      for (const day of loaded.keys()) if (!changed.has(day)) loaded.delete(day);
    },
    save: async (): Promise<void> => {
      const days = [...changed];
      changed.clear();
      try {
        for (const day of days) await store.save(day, await load(day));
        if (days.length > 0) await store.dropBefore(oldest);
      } catch (error) {
        log.warn(`What was read last could not be kept: ${failureOf(error).message}`);
        for (const day of days) changed.add(day);
      }
      for (const day of loaded.keys()) if (!changed.has(day)) loaded.delete(day);
    },
  };
}

/** Nothing is remembered of days before it. */
export function oldestKept(nowMs: number): Day {
  return addDays(dayAt(nowMs), -KEPT_DAYS);
}

/** Where the clock has been set back, the earlier of the two moments is the beginning. */
export function sameSince(
  reading: Omit<LastReading, 'sameSinceMs'>,
  before: LastReading | undefined,
): number {
  const isSame = before !== undefined && before.version === reading.version && isSameSize(before, reading);
  return isSame ? Math.min(before.sameSinceMs, reading.readAtMs) : reading.readAtMs;
}
