import type { Stream } from '../../../src/streams/stream.js';
import { tablesOf } from '../../tableau/tables/stream-tables.js';
import type { Table } from '../../tableau/tables/table.js';
import { identifier } from '../tables/identifier.js';
import { fitsATable } from '../tables/table.js';

/** A table as Tableau is to see it in a database. */
export interface LiveTable {
  readonly table: Table;
  /** What reads it; undefined where the table of the database can be read as it is. */
  readonly sql: string | undefined;
}

/**
 * The tables of these streams, also the items of lists that there is no table for: Tableau knows no lists, so they are read
 * as a text, and as rows of their own.
 */
export function liveTables(streams: readonly Stream[], schema: string): readonly LiveTable[] {
  return streams.filter(fitsATable).flatMap((stream) => {
    const [own, ...children] = tablesOf(stream);
    const from = `from ${identifier(schema, stream.name)} t`;
    const table: Table = { ...own, columns: stream.fields };
    const hasLists = stream.fields.some(({ type }) => type === 'strings');
    return [
      {
        table,
        sql: hasLists
          ? `select ${table.columns.map(({ name, type }) => asText(name, type)).join(', ')} ${from}`
          : undefined,
      },
      ...children.map((child) => ({ table: child, sql: itemsOf(child, from) })),
    ];
  });
}

/** Between the items of a list, as in the files. */
const SEPARATOR = "'|'";

function asText(name: string, type: string): string {
  const column = identifier('t', name);
  return type === 'strings' ? `array_to_string(${column}, ${SEPARATOR}) as ${identifier(name)}` : column;
}

/**
 * A row an item; one that comes twice, or is empty, is no row of its own. It has no angle brackets, between which Tableau
 * looks for parameters.
 */
function itemsOf({ columns, items }: Table, from: string): string {
  const names = (items?.columns ?? []).map(({ name }) => name);
  const own = names.map((name) => identifier('i', name));
  const lists = (items?.fields ?? []).map((field) => identifier('t', field));
  const selected = columns.map(({ name }) => identifier(names.includes(name) ? 'i' : 't', name));
  return `select distinct ${selected.join(', ')} ${from} cross join lateral unnest(${lists.join(', ')}) as i(${names.map((name) => identifier(name)).join(', ')}) where nullif(coalesce(${own.join(', ')}), '') is not null`;
}
