import { objectOf, textOf } from '../api/tolerant-json.js';

/** Records that could not be understood: each counts once, as far as it has an id. */
export class UnreadableRecords {
  readonly ids = new Set<string>();
  #nameless = 0;

  get count(): number {
    return this.ids.size + this.#nameless;
  }

  add(record: unknown): void {
    const id = textOf(objectOf(record)?.request_id);
    if (id === null) this.#nameless += 1;
    else this.ids.add(id);
  }

  addAll(others: UnreadableRecords): void {
    this.#nameless += others.#nameless;
    for (const id of others.ids) this.ids.add(id);
  }
}
