import { counted } from '../../../src/text/text-table.js';
import type { Day } from '../../../src/time/day.js';
import { dayOfFile } from '../table-files.js';
import type { Table } from '../tables/table.js';

/** Columns of days that an earlier version wrote without them, and that nothing which is there tells. */
export class UnknownCells {
  readonly #found = new Map<string, { readonly stream: string; columns: Set<string>; days: Set<Day> }>();

  /** @param path of the partition's file; a snapshot is none of these, since each run reads it again. */
  add({ name, items }: Table, column: string, path: string): void {
    const day = dayOfFile(path);
    if (day === undefined) return;
    const stream = items?.parent.name ?? name;
    const found = this.#found.get(name) ?? { stream, columns: new Set(), days: new Set() };
    this.#found.set(name, found);
    found.columns.add(column);
    found.days.add(day);
  }

  /** A sentence a table. */
  notes(): string[] {
    return [...this.#found].map(([table, { stream, columns, days }]) => {
      const [first = '', ...others] = [...days].sort();
      const last = others.at(-1) ?? first;
      const when =
        others.length === 0 ? `of ${first}` : `of ${counted(days.size, 'day')} from ${first} to ${last}`;
      return (
        `${table} of an earlier version has no ${[...columns].join(', ')} ${when}, so these cells stay empty: ` +
        `deepgram-export backfill --stream ${stream} --since ${first} --until ${last} reads again what the source still has.`
      );
    });
  }
}
