import type { Column } from '../tables/table.js';
import { CRLF, type CsvFormat, cellIn, separatorOf, unquoted } from './csv-format.js';

/**
 * Puts whole lines into other columns and another form. Cells are matched by the names of their columns, and derived where a
 * column that is lacking is made of one that is there; those that are not wanted are left out.
 *
 * @param header of the lines as they are, in any of our forms
 * @param missing the cells of other columns that the lines lack, by their names. Default: empty.
 */
export function lineRewriter(
  header: string,
  columns: readonly Column[],
  format: CsvFormat,
  missing: Readonly<Record<string, string>> = {},
): (lines: Uint8Array) => Buffer {
  const separator = separatorOf(header);
  const names = header.split(separator);
  const sources = columns.map(({ name, type, derive }) => {
    const position = names.indexOf(name);
    const cellOf = (cells: readonly string[]): string => {
      if (position >= 0) return cells[position] ?? '';
      if (derive === undefined) return missing[name] ?? '';
      return String(derive.value(unquoted(cells[names.indexOf(derive.of)] ?? '') || null) ?? '');
    };
    return { type, cellOf };
  });
  const rewritten = (line: string): string => {
    const cells = rawCells(line, separator);
    return sources.map(({ type, cellOf }) => cellIn(format, type, cellOf(cells))).join(format.separator);
  };
  return (lines) => {
    if (lines.length === 0) return Buffer.alloc(0);
    const text = Buffer.from(lines.buffer, lines.byteOffset, lines.length - CRLF.length).toString();
    return Buffer.from(
      text
        .split(CRLF)
        .map((line) => rewritten(line) + CRLF)
        .join(''),
    );
  };
}

/** The cells as they are written, quotes and all. */
export function rawCells(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index];
    if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      cells.push(line.slice(start, index));
      start = index + 1;
    }
  }
  cells.push(line.slice(start));
  return cells;
}
