import { CRLF, type CsvFormat, cellIn } from '../csv/csv-format.js';
import { rawCells } from '../csv/csv-lines.js';
import type { Column } from '../tables/table.js';

/** What the parent table has of the same partition. */
export interface ParentRows {
  /** The cells of the key, then those that are wanted. */
  readonly rows: AsyncIterable<Buffer>;
  readonly format: CsvFormat;
  readonly wanted: readonly Column[];
  readonly unknown: ((column: string) => void) | undefined;
}

/**
 * The lines of a child table, each with cells of its parent's row behind its own. Both are written in one go, record by
 * record: so both are read once, side by side, and none is kept.
 */
export async function* withParentCells(
  lines: AsyncIterable<Buffer>,
  header: string,
  key: readonly Column[],
  { rows, format, wanted, unknown }: ParentRows,
): AsyncGenerator<Buffer> {
  const { separator } = format;
  const names = header.split(separator);
  const keyOf = (cells: readonly string[]): string =>
    key.map(({ name, type }) => cellIn(format, type, cells[names.indexOf(name)] ?? '')).join(separator);
  const parents = cellsByKey(rows, key.length, separator);
  try {
    let parent: Awaited<ReturnType<typeof parents.next>> | undefined;
    for await (const piece of lines) {
      parent ??= await parents.next();
      const whole: string[] = [];
      for (const line of linesIn(piece)) {
        const own = keyOf(rawCells(line, separator));
        while (!parent.done && parent.value.key !== own) parent = await parents.next();
        if (parent.done) for (const { name } of wanted) unknown?.(name);
        whole.push(line + separator + (parent.value?.cells ?? separator.repeat(wanted.length - 1)) + CRLF);
      }
      yield Buffer.from(whole.join(''));
    }
  } finally {
    await parents.return(undefined);
  }
}

async function* cellsByKey(
  rows: AsyncIterable<Buffer>,
  keys: number,
  separator: string,
): AsyncGenerator<{ readonly key: string; readonly cells: string }, undefined> {
  for await (const piece of rows) {
    for (const line of linesIn(piece)) {
      const cells = rawCells(line, separator);
      yield { key: cells.slice(0, keys).join(separator), cells: cells.slice(keys).join(separator) };
    }
  }
}

function linesIn(piece: Buffer): readonly string[] {
  return piece.length === 0 ? [] : piece.toString('utf8', 0, piece.length - CRLF.length).split(CRLF);
}
