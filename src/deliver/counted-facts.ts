import type { Batch } from '../catalogue/source.js';
import type { Row } from '../streams/field.js';
import type { Spent, Stream } from '../streams/stream.js';
import { ReadingFacts } from './reading-facts.js';

/** What a run wants to know of a reading beside what sinks do: records of a kind, and what was spent. */
export class CountedFacts extends ReadingFacts {
  readonly #counted: Map<string, number>;
  readonly #spentOn = new Map<string, number>();

  constructor(stream: Stream) {
    super(stream);
    this.#counted = new Map(Object.keys(stream.counts ?? {}).map((name) => [name, 0]));
  }

  override add(batch: Batch): void {
    super.add(batch);
    const { counts = {}, spent } = this.stream;
    for (const [name, isOfIt] of Object.entries(counts)) {
      let count = this.#counted.get(name) ?? 0;
      for (const row of batch) if (isOfIt(row)) count += 1;
      this.#counted.set(name, count);
    }
    if (spent) for (const row of batch) this.#addSpent(row, spent);
  }

  override get counts(): Readonly<Record<string, number>> {
    return { ...super.counts, ...Object.fromEntries(this.#counted) };
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
