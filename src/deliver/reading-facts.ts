import type { Batch } from '../catalogue/source.js';
import type { Row } from '../streams/field.js';
import type { Spent, Stream } from '../streams/stream.js';

/** What one reading of a partition found, whoever it is delivered to. */
export class ReadingFacts {
  records = 0;
  /** Records that say of themselves that they may still change. */
  unsettled = 0;
  readonly #stream: Stream;
  readonly #sums: Float64Array;
  /** How many records have a value of each sum. */
  readonly #given: Float64Array;
  readonly #counted = new Map<string, number>();
  readonly #spentOn = new Map<string, number>();

  constructor(stream: Stream) {
    this.#stream = stream;
    this.#sums = new Float64Array(stream.sums.length);
    this.#given = new Float64Array(stream.sums.length);
  }

  add(batch: Batch): void {
    const { sums: names, counts = {}, spent } = this.#stream;
    for (const row of batch) {
      if (row.settled === false) this.unsettled += 1;
      for (let at = 0; at < names.length; at += 1) {
        const value = row[names[at] as string];
        if (typeof value !== 'number') continue;
        this.#sums[at] = (this.#sums[at] as number) + value;
        this.#given[at] = (this.#given[at] as number) + 1;
      }
    }
    for (const [name, isOfIt] of Object.entries(counts))
      this.#counted.set(name, batch.filter(isOfIt).length + (this.#counted.get(name) ?? 0));
    if (spent) for (const row of batch) this.#addSpent(row, spent);
    this.records += batch.length;
  }

  /** By the names of the fields that the stream wants to be summed. */
  get sums(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#stream.sums.map((name, at) => [name, this.#sums[at] ?? 0]));
  }

  /** See `DayReading`. */
  get counts(): Readonly<Record<string, number>> {
    const { sums, counts = {} } = this.#stream;
    return {
      ...Object.fromEntries(sums.map((name, at) => [name, this.#given[at] ?? 0])),
      ...Object.fromEntries(Object.keys(counts).map((name) => [name, this.#counted.get(name) ?? 0])),
    };
  }

  /** What was spent, by what it was spent on; by an empty text where the records do not say. */
  get spentOn(): ReadonlyMap<string, number> {
    return this.#spentOn;
  }

  #addSpent(row: Row, { measure, on = [] }: Spent): void {
    const spent = row[measure];
    if (typeof spent !== 'number') return;
    const names = on.map((field) => row[field]).filter((value) => typeof value === 'string');
    const name = names.find((text) => text !== '') ?? '';
    this.#spentOn.set(name, (this.#spentOn.get(name) ?? 0) + spent);
  }
}
