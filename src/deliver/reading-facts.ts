import type { Batch } from '../catalogue/source.js';
import type { Stream } from '../streams/stream.js';

/** What one reading of a partition found, whoever it is delivered to. */
export class ReadingFacts {
  records = 0;
  /** Records that say of themselves that they may still change. */
  unsettled = 0;
  readonly #summed: readonly string[];
  readonly #sums: Float64Array;

  constructor(stream: Stream) {
    this.#summed = stream.sums;
    this.#sums = new Float64Array(stream.sums.length);
  }

  add(batch: Batch): void {
    const names = this.#summed;
    for (const row of batch) {
      if (row.settled === false) this.unsettled += 1;
      for (let at = 0; at < names.length; at += 1) {
        const value = row[names[at] as string];
        if (typeof value === 'number') this.#sums[at] = (this.#sums[at] as number) + value;
      }
    }
    this.records += batch.length;
  }

  /** By the names of the fields that the stream wants to be summed. */
  get sums(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#summed.map((name, at) => [name, this.#sums[at] ?? 0]));
  }
}
