import type { Row, Value } from '../../src/records/field.js';
import { remembering } from '../../src/records/remembering.js';
import { plainDigits, realDigits } from './csv-number.js';
import { csvText } from './csv-text.js';
import type { Column, Table } from './table.js';

export const CRLF = '\r\n';

/** Between the items of a list in one cell. */
export const LIST_SEPARATOR = '|';

/** The first line of a table's files, without its line end. */
export function csvHeader(table: Table): string {
  return table.columns.map((column) => column.name).join(',');
}

/**
 * Makes the encoder of a table: a record in, its lines out, each with its line end. Null, an empty text, an empty list
 * and a number that is none are an empty, unquoted cell.
 *
 * - timestamps: `2026-11-20 11:59:47.434`, UTC, cut to milliseconds; dates: `2026-11-20`
 * - numbers: plain digits, reals always with a decimal point; flags: `true` and `false`
 * - lists: joined with `|`; a `|` inside an item becomes `¦`, so that splitting gives as many items as there were
 * - texts: {@link csvText}
 *
 * @throws TypeError where a value is not of its column's type: never text in a column of numbers.
 */
export function csvEncoder(
  table: Table,
  options: { readonly escapeFormulas: boolean },
): (record: Row) => string {
  const { items, columns } = table;
  const cellsOf = (some: readonly Column[]) => some.map((column) => cellOf(column, options.escapeFormulas));
  if (items === undefined) {
    const cells = cellsOf(columns);
    return (record) => line(cells, record) + CRLF;
  }
  const key = cellsOf(columns.slice(0, columns.length - items.columns.length));
  const cells = cellsOf(items.columns);
  return (record) => {
    const rows = items.of(record);
    if (rows.length === 0) return '';
    const start = `${line(key, record)},`;
    let lines = '';
    for (const row of rows) lines += start + line(cells, row) + CRLF;
    return lines;
  };
}

function line(cells: readonly Cell[], row: Row): string {
  let text = '';
  for (const cell of cells) text += `,${cell(row)}`;
  return text.slice(1);
}

type Cell = (row: Row) => string;

function cellOf(column: Column, escapeFormulas: boolean): Cell {
  const { name, derive } = column;
  const format = formatOf(column, escapeFormulas);
  if (derive !== undefined) return (row) => format(derive(row));
  return (row) => format(row[name] ?? null);
}

function formatOf(column: Column, escapeFormulas: boolean): (value: Value) => string {
  switch (column.type) {
    case 'string': {
      const textOf = remembering((text: string) => csvText(text, escapeFormulas));
      return (value) => (typeof value === 'string' ? textOf(value) : emptyOrMismatch(column, value));
    }
    case 'strings': {
      const textOf = remembering((text: string) => csvText(text, escapeFormulas));
      return (value) => {
        if (typeof value === 'object' && value !== null) return textOf(joined(value));
        return emptyOrMismatch(column, value);
      };
    }
    case 'integer':
    case 'real': {
      const digits = column.type === 'real' ? realDigits : plainDigits;
      return (value) => {
        if (typeof value === 'number') return Number.isFinite(value) ? digits(value) : '';
        return emptyOrMismatch(column, value);
      };
    }
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? String(value) : emptyOrMismatch(column, value));
    case 'date':
      return (value) => {
        if (typeof value === 'string' && value.length === 'yyyy-MM-dd'.length) return value;
        return emptyOrMismatch(column, value);
      };
    case 'timestamp':
      return (value) => {
        if (typeof value === 'string' && value.length === '2026-11-20T11:59:47.434302Z'.length) {
          return `${value.slice(0, 10)} ${value.slice(11, 23)}`;
        }
        return emptyOrMismatch(column, value);
      };
  }
}

function joined(items: readonly string[]): string {
  if (items.length === 1) return withoutSeparator(items[0] ?? '');
  return items.map(withoutSeparator).join(LIST_SEPARATOR);
}

function withoutSeparator(item: string): string {
  return item.includes(LIST_SEPARATOR) ? item.replaceAll(LIST_SEPARATOR, '¦') : item;
}

function emptyOrMismatch(column: Column, value: Value): string {
  if (value === null) return '';
  throw new TypeError(`A value of ${column.name} is no ${column.type}`);
}
