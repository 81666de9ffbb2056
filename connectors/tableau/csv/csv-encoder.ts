import type { Encoder } from '../../../src/deliver/encoded-stream.js';
import { ByteWriter } from '../../../src/encode/byte-writer.js';
import type { Dictionary } from '../../../src/encode/dictionary.js';
import type { GroupedRow } from '../../../src/encode/group-table.js';
import type { FieldType, Row, Value } from '../../../src/streams/field.js';
import { tablesOf } from '../tables/stream-tables.js';
import type { Column, Table } from '../tables/table.js';
import { CRLF } from './csv-format.js';
import { plainDigits, realDigits } from './csv-number.js';
import { csvText, isGuarded } from './csv-text.js';

/** Between the items of a list in one cell. */
export const LIST_SEPARATOR = '|';

export interface CsvOptions {
  readonly escapeFormulas: boolean;
}

/**
 * Makes the lines of each of a stream's tables in {@link TABLEAU_FORMAT}, in the order of {@link tablesOf}, each with its
 * line end. Null, an empty text, an empty list and a number that is none are an empty, unquoted cell.
 *
 * - timestamps: `2026-11-20 11:59:47.434`, UTC, cut to milliseconds; dates: `2026-11-20`
 * - numbers: plain digits, reals always with a decimal point; flags: `true` and `false`
 * - lists: joined with `|`; a `|` inside an item becomes `¦`, so that splitting gives as many items as there were
 * - texts: {@link csvText}
 *
 * It throws a TypeError where a value is not of its column's type: never text in a column of numbers.
 */
export function csvEncoder(dictionary: Dictionary, options: CsvOptions): Encoder<readonly Uint8Array[]> {
  const [own, ...children] = tablesOf(dictionary.stream);
  const writeOwn = cellsOf(own.columns, dictionary, options);
  const writeItems = itemsOf(children, dictionary, options);
  const outs = [own, ...children].map(() => new ByteWriter());
  const [ownOut = new ByteWriter(), ...itemOuts] = outs;
  return {
    encode: (records) => {
      for (const out of outs) out.clear();
      for (const record of records) {
        writeOwn(record, ownOut);
        ownOut.copy(LINE_END);
        writeItems(record, itemOuts);
      }
      return outs.map((out) => out.take());
    },
  };
}

type Write = (record: GroupedRow, out: ByteWriter) => void;

const LINE_END = Buffer.from(CRLF);

/**
 * Writes the rows of a record to its child tables. What these have of the record itself is the same in all of their rows,
 * and is made once.
 */
function itemsOf(
  children: readonly Table[],
  dictionary: Dictionary,
  options: CsvOptions,
): (record: GroupedRow, outs: readonly ByteWriter[]) => void {
  const all = children.flatMap(({ items }) => items ?? []);
  const [first] = all;
  if (first === undefined) return () => {};
  const writeBefore = cellsOf(first.before, dictionary, options);
  const writeAfter = cellsOf(first.after, dictionary, options);
  const before = new ByteWriter();
  const after = new ByteWriter();
  const rowsOf = all.map(({ columns, fields, of }) =>
    // Two items that differ only in what no cell shows are one.
    dictionary.memoize(fields, (row) =>
      [...new Set(of(row).map((item) => cellTexts(columns, item, options)))].map((cells) =>
        Buffer.from(`${cells},`),
      ),
    ),
  );
  return (record, outs) => {
    before.clear();
    for (let table = 0; table < outs.length; table += 1) {
      const rows = rowsOf[table]?.(record) ?? [];
      const out = outs[table] as ByteWriter;
      for (let at = 0; at < rows.length; at += 1) {
        if (before.length === 0) {
          after.clear();
          writeBefore(record, before);
          writeAfter(record, after);
          after.copy(LINE_END);
        }
        out.copyOf(before);
        out.copy(rows[at] as Buffer);
        out.copyOf(after);
      }
    }
  };
}

/** Writes the cells of these columns, with a comma before each but the first. */
function cellsOf(columns: readonly Column[], dictionary: Dictionary, options: CsvOptions): Write {
  let end = 0;
  const cells = dictionary.columnRuns(columns.map(fieldOf)).map(({ names, repeats }): Write => {
    const start = end;
    end += names.length;
    const some = columns.slice(start, end);
    const [first] = some;
    if (!repeats && first !== undefined) return singleCell(first, start > 0, dictionary, options);
    const bytesOf = dictionary.memoize(names, (row) => {
      const texts = cellTexts(some, row, options);
      return Buffer.from(start > 0 ? texts : texts.slice(1));
    });
    return (record, out) => out.copy(bytesOf(record));
  });
  return (record, out) => {
    for (const cell of cells) cell(record, out);
  };
}

/** The field that a column is made of. */
function fieldOf({ name, derive }: Column): string {
  return derive?.of ?? name;
}

/** The cells as text, each with a comma before it. */
function cellTexts(columns: readonly Column[], row: Row, options: CsvOptions): string {
  return columns
    .map((column) => {
      const value = row[fieldOf(column)] ?? null;
      return `,${cellText(column, column.derive ? column.derive.value(value) : value, options)}`;
    })
    .join('');
}

function singleCell(column: Column, hasComma: boolean, dictionary: Dictionary, options: CsvOptions): Write {
  const position = dictionary.positionOf(column.name);
  return ({ values }, out) => {
    if (hasComma) out.character(COMMA);
    const value = values[position] ?? null;
    if (value !== null && !tryQuickly(value, column.type, out, options)) {
      out.text(cellText(column, value, options));
    }
  };
}

/** Characters of a timestamp. */
const TIMESTAMP = '2026-11-20T11:59:47.434302Z'.length;
const SPACE = ' '.charCodeAt(0);
const COMMA = ','.charCodeAt(0);
const QUOTE = '"'.charCodeAt(0);
const POINT_ZERO = Buffer.from('.0');

/** Writes the same as {@link cellText}, or nothing and false where that takes its time. */
function tryQuickly(value: Value, type: FieldType, out: ByteWriter, { escapeFormulas }: CsvOptions): boolean {
  if (typeof value === 'string') {
    if (type === 'timestamp' && value.length === TIMESTAMP) {
      out.text(value.slice(0, 10));
      out.character(SPACE);
      out.text(value.slice(11, 23));
      return true;
    }
    return type === 'string' && !(escapeFormulas && isGuarded(value)) && out.tryPlain(value, COMMA, QUOTE);
  }
  if (typeof value !== 'number' || !(type === 'real' || type === 'integer')) return false;
  if (!out.tryNumber(value)) return false;
  if (type === 'real' && Number.isInteger(value)) out.copy(POINT_ZERO);
  return true;
}

function cellText(column: Column, value: Value, { escapeFormulas }: CsvOptions): string {
  switch (column.type) {
    case 'string':
      return typeof value === 'string' ? csvText(value, escapeFormulas) : emptyOrMismatch(column, value);
    case 'strings':
      if (typeof value === 'object' && value !== null) return csvText(joined(value), escapeFormulas);
      return emptyOrMismatch(column, value);
    case 'integer':
    case 'real':
      if (typeof value !== 'number') return emptyOrMismatch(column, value);
      if (!Number.isFinite(value)) return '';
      return column.type === 'real' ? realDigits(value) : plainDigits(value);
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : emptyOrMismatch(column, value);
    case 'date':
      if (typeof value === 'string' && value.length === 'yyyy-MM-dd'.length) return value;
      return emptyOrMismatch(column, value);
    case 'timestamp':
      if (typeof value === 'string' && value.length === TIMESTAMP) {
        return `${value.slice(0, 10)} ${value.slice(11, 23)}`;
      }
      return emptyOrMismatch(column, value);
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
