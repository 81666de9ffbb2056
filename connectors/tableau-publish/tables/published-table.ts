import type { Field, Row, Value } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { LIST_SEPARATOR } from '../../tableau/csv/csv-encoder.js';
import { tablesOf } from '../../tableau/tables/stream-tables.js';
import type { Column, Table } from '../../tableau/tables/table.js';

/** A table as a data source has it: the same tables as the CSV files, without lists, which Tableau has no column for. */
export interface PublishedTable {
  readonly name: string;
  readonly stream: Stream;
  readonly fields: readonly Field[];
  /** The rows that these records have in it. */
  rowsOf(records: readonly Row[]): readonly Row[];
}

/** The tables of a stream, its own first. */
export function publishedTables(stream: Stream): readonly PublishedTable[] {
  return tablesOf(stream).map((table) => ({
    name: table.name,
    stream,
    fields: table.columns.map(fieldOf),
    rowsOf: (records) => records.flatMap((record) => rowsIn(table, record)),
  }));
}

/** What a data source is told of the columns, in a form that can be held against what it was told before. */
export function columnsOf({ fields }: PublishedTable): readonly string[] {
  return fields.map(({ name, type, unit }) => `${name} ${type}${unit === undefined ? '' : ` ${unit}`}`);
}

function rowsIn({ columns, items }: Table, record: Row): readonly Row[] {
  if (items === undefined) return [cellsOf(columns, record)];
  const before = cellsOf(items.before, record);
  const after = cellsOf(items.after, record);
  return items.of(record).map((item) => ({ ...before, ...cellsOf(items.columns, item), ...after }));
}

function cellsOf(columns: readonly Column[], record: Row): Row {
  return Object.fromEntries(
    columns.map(({ name, derive }) => {
      const value = record[derive?.of ?? name] ?? null;
      return [name, flat(derive === undefined ? value : derive.value(value))];
    }),
  );
}

/** As the CSV files have a list, so that a formula that splits it is the same for both. */
function flat(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (value.length === 0) return null;
  return value.map((item) => item.replaceAll(LIST_SEPARATOR, '¦')).join(LIST_SEPARATOR);
}

function fieldOf({ derive: _, ...field }: Column): Field {
  return field.type === 'strings' ? { ...field, type: 'string' } : field;
}
