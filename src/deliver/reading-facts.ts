import { crc32 } from 'node:zlib';
import type { Batch } from '../catalogue/source.js';
import { PARTITION_FIELDS, type Stream } from '../streams/stream.js';

/** What one reading of a partition found, whoever it is delivered to. */
export class ReadingFacts {
  records = 0;
  /** Records that say of themselves that they may still change. */
  unsettled = 0;
  readonly #key: readonly string[];
  readonly #measures: readonly string[];
  // Apart, so that it does not matter how the records are cut into batches.
  #keyCrc = 0;
  #measuresCrc = 0;

  constructor(stream: Stream) {
    this.#key = stream.key.filter((name) => !PARTITION_FIELDS.has(name));
    this.#measures = stream.fields.filter((field) => field.role === 'measure').map((field) => field.name);
  }

  add(batch: Batch): void {
    let keys = '';
    // As bytes: writing a number out in digits takes longer than all the rest.
    const measures = new Float64Array(batch.length * this.#measures.length);
    let at = 0;
    for (const row of batch) {
      if (row.settled === false) this.unsettled += 1;
      for (const name of this.#key) keys += `${row[name]},`;
      for (const name of this.#measures) {
        const value = row[name];
        measures[at] = typeof value === 'number' ? value : Number.NaN;
        at += 1;
      }
    }
    this.records += batch.length;
    this.#keyCrc = crc32(keys, this.#keyCrc);
    this.#measuresCrc = crc32(measures, this.#measuresCrc);
  }

  /** Of what identifies and measures the records; the same for the same records in the same order. */
  get hash(): string {
    return [this.#keyCrc, this.#measuresCrc].map((crc) => crc.toString(16).padStart(8, '0')).join('');
  }
}
