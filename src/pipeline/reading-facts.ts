import { crc32 } from 'node:zlib';
import type { Row } from '../records/field.js';
import type { Stream } from '../records/stream.js';
import type { Batch } from './source.js';

/** What one reading of a partition found, whoever it is delivered to. */
export class ReadingFacts {
  records = 0;
  /** Records that say of themselves that they may still change. */
  unsettled = 0;
  #crc = 0;
  readonly #telling: readonly string[];

  constructor(stream: Stream) {
    const measures = stream.fields.filter((field) => field.role === 'measure').map((field) => field.name);
    this.#telling = [...new Set([...stream.key, ...measures])];
  }

  add(batch: Batch): void {
    let text = '';
    for (const row of batch) {
      if (row.settled === false) this.unsettled += 1;
      text += this.#textOf(row);
    }
    this.records += batch.length;
    this.#crc = crc32(text, this.#crc);
  }

  /** Of what identifies and measures the records; the same for the same records in the same order. */
  get hash(): string {
    return this.#crc.toString(16).padStart(8, '0');
  }

  #textOf(row: Row): string {
    let text = '';
    for (const name of this.#telling) text += `${row[name]},`;
    return `${text}\n`;
  }
}
