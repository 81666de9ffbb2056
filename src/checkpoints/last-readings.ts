import { failureOf } from '../errors/export-error.js';
import type { Log } from '../log/log.js';
import { addDays, type Day, dayAt } from '../time/day.js';
import { inner } from './by-name.js';
import type { ReadingStore, ReadingsOfDay } from './checkpoint-store.js';
import type { DayReading, LastReading } from './checkpoints.js';

/**
 * Days for which a last reading is remembered. Deepgram keeps its request log for so long, and no lookback is longer,
 * so no older day is read again by itself, also of a stream that is kept for ever.
 */
const KEPT_DAYS = 90;

/** The last readings of one source in a run: in memory since they were saved last, and otherwise loaded by the day. */
export class LastReadings {
  readonly #store: ReadingStore;
  readonly #source: string;
  readonly #oldest: Day;
  readonly #log: Log;
  readonly #loaded = new Map<Day, Promise<ReadingsOfDay>>();
  readonly #changed = new Set<Day>();

  constructor(store: ReadingStore, source: string, nowMs: number, log: Log) {
    this.#store = store;
    this.#source = source;
    this.#oldest = addDays(dayAt(nowMs), -KEPT_DAYS);
    this.#log = log;
  }

  async get(stream: string, projectId: string, day: Day): Promise<LastReading | undefined> {
    if (day < this.#oldest) return undefined;
    const found = (await this.#load(day)).get(this.#source)?.get(stream)?.get(projectId);
    if (!found) return undefined;
    const [readAtMs, records, sums] = found;
    return { readAtMs, records, sums };
  }

  /** Seen by each {@link get} that is called later. */
  set(stream: string, projectId: string, day: Day, { readAtMs, records, sums }: DayReading): void {
    if (day < this.#oldest) return;
    this.#changed.add(day);
    void this.#load(day).then((readings) => {
      inner(inner(readings, this.#source), stream).set(projectId, [readAtMs, records, sums]);
    });
  }

  /** A failure is only told: what is remembered may lag behind. */
  async save(): Promise<void> {
    const days = [...this.#changed];
    this.#changed.clear();
    try {
      for (const day of days) await this.#store.save(day, await this.#load(day));
      if (days.length > 0) await this.#store.dropBefore(this.#oldest);
    } catch (error) {
      this.#log.warn(`What was read last could not be kept: ${failureOf(error).message}`);
      for (const day of days) this.#changed.add(day);
    }
    for (const day of this.#loaded.keys()) if (!this.#changed.has(day)) this.#loaded.delete(day);
  }

  #load(day: Day): Promise<ReadingsOfDay> {
    const loaded =
      this.#loaded.get(day) ??
      this.#store.load(day).catch((error): ReadingsOfDay => {
        this.#log.warn(
          `What was read last of ${day} cannot be used, and is begun anew: ${failureOf(error).message}`,
        );
        return new Map();
      });
    this.#loaded.set(day, loaded);
    return loaded;
  }
}
