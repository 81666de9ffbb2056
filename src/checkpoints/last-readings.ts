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

export type LastReadings = ReturnType<typeof lastReadings>;

/** The last readings of one source in a run: in memory since they were saved last, and otherwise loaded by the day. */
export function lastReadings(store: ReadingStore, source: string, nowMs: number, log: Log) {
  const oldest = addDays(dayAt(nowMs), -KEPT_DAYS);
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
    /** Those of a day, by stream and project id. */
    ofDay: async (day: Day): Promise<ReadonlyMap<string, ReadonlyMap<string, LastReading>>> =>
      day < oldest ? new Map() : ((await load(day)).get(source) ?? new Map()),
    /** Seen by each `get` that is called later. */
    set: (stream: string, projectId: string, day: Day, reading: Omit<LastReading, 'sameSinceMs'>): void => {
      if (day < oldest) return;
      changed.add(day);
      void load(day).then((readings) => {
        const ofProjects = inner(inner(readings, source), stream);
        ofProjects.set(projectId, { ...reading, sameSinceMs: sameSince(reading, ofProjects.get(projectId)) });
      });
    },
    /** Lets go of what was only looked at. */
    release: (): void => {
      for (const day of loaded.keys()) if (!changed.has(day)) loaded.delete(day);
    },
    /** A failure is only told: what is remembered may lag behind. */
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

/** Where the clock has been set back, the earlier of the two moments is the beginning. */
function sameSince(reading: Omit<LastReading, 'sameSinceMs'>, before: LastReading | undefined): number {
  const isSame = before !== undefined && before.version === reading.version && isSameSize(before, reading);
  return isSame ? Math.min(before.sameSinceMs, reading.readAtMs) : reading.readAtMs;
}
