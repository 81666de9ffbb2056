import type { Batch } from '../catalogue/source.js';
import type { Stream } from '../streams/stream.js';

/** What one reading of a partition found, whoever it is delivered to. */
export class ReadingFacts {
  records = 0;
  /** Records that say of themselves that they may still change. */
  unsettled = 0;
  protected readonly stream: Stream;
  readonly #sums: Float64Array;
  /** How many records have a value of each sum. */
  readonly #given: Float64Array;

  constructor(stream: Stream) {
    this.stream = stream;
    this.#sums = new Float64Array(stream.sums.length);
    this.#given = new Float64Array(stream.sums.length);
  }

  add(batch: Batch): void {
    const { sums: names } = this.stream;
    for (const row of batch) {
      if (row.settled === false) this.unsettled += 1;
      for (let at = 0; at < names.length; at += 1) {
        const value = row[names[at] as string];
        if (typeof value !== 'number') continue;
        this.#sums[at] = (this.#sums[at] as number) + value;
        this.#given[at] = (this.#given[at] as number) + 1;
      }
    }
    this.records += batch.length;
  }

  /** By the names of the fields that the stream wants to be summed. */
  get sums(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.stream.sums.map((name, at) => [name, this.#sums[at] ?? 0]));
  }

  /** See `DayReading`. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.stream.sums.map((name, at) => [name, this.#given[at] ?? 0]));
  }
}
