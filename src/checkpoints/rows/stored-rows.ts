import { hash } from 'node:crypto';
import type { StateName, StateRow } from '../../catalogue/state-row.js';
import type { StateRows } from '../../catalogue/state-type.js';

/**
 * Rows as they are kept, so that only what differs is written: of each that was read or written, its digest is
 * remembered. That holds as long as nobody else may write: under the lock.
 */
export class StoredRows {
  readonly #rows: StateRows;
  /** Of each part, by what {@link keyOf} gives. */
  readonly #digests = new Map<string, Map<number, string>>();

  constructor(rows: StateRows) {
    this.#rows = rows;
  }

  async read(kind: string, name?: string): Promise<readonly StateRow[]> {
    const found = await this.#rows.read(kind, name);
    this.#note(found);
    return found;
  }

  /** The names of a kind. */
  names(kind: string): Promise<readonly string[]> {
    return this.#rows.names(kind);
  }

  /**
   * Brings what is kept to these rows: those that differ are written, and what else there is of `dropped` is gone. All
   * or nothing.
   */
  async write(rows: readonly StateRow[], dropped: readonly StateName[] = []): Promise<void> {
    const changed = rows.filter((row) => this.#digests.get(keyOf(row))?.get(row.part) !== digestOf(row));
    if (changed.length === 0 && dropped.length === 0) return;
    // What a failure leaves is not known; what is dropped may come again.
    for (const one of [...changed, ...dropped]) this.#digests.delete(keyOf(one));
    await this.#rows.write({ rows: changed, dropped });
    this.#note(changed);
  }

  #note(rows: readonly StateRow[]): void {
    for (const row of rows) {
      const key = keyOf(row);
      const digests = this.#digests.get(key) ?? new Map<number, string>();
      this.#digests.set(key, digests.set(row.part, digestOf(row)));
    }
  }
}

function keyOf({ kind, name }: StateName): string {
  return `${kind} ${name}`;
}

function digestOf({ value }: StateRow): string {
  return hash('sha256', value, 'base64');
}
