import type { Stream } from '../../../src/streams/stream.js';
import { derivedFrom } from '../../postgres/rollup/derived-tables.js';
import { bookkeepingTables } from '../../postgres/tables/bookkeeping.js';
import { identifier } from '../../postgres/tables/identifier.js';
import { fitsATable, tableOf } from '../../postgres/tables/table.js';
import { viewsOf } from '../../postgres/views/views.js';

/** Names of the tables and views that a sink with these streams makes. */
export function tablesOf(streams: readonly Stream[]): ReadonlySet<string> {
  const tables = streams.filter(fitsATable).map(tableOf);
  const all = [...tables, ...derivedFrom(...tables), ...viewsOf('', streams), ...bookkeepingTables];
  return new Set(all.map(({ name }) => name));
}

/** Those that a query names in a schema. */
export function tablesIn(sql: string, schema: string): readonly string[] {
  return sql.split(`${identifier(schema)}.`).flatMap((rest, at) => {
    const name = at === 0 ? undefined : /^"([^"]+)"/.exec(rest)?.[1];
    return name ?? [];
  });
}
