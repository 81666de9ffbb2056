import { formatCount } from '../../src/text/text-table.js';

/**
 * Rows that a sheet has, its header among them: what is below them is not shown, and lost where the file is saved.
 *
 * @see https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
 */
const MOST_ROWS = 1_048_576;
/** Rows from which a table is said to come near: time to do something about it. */
const MANY_ROWS = 0.9 * MOST_ROWS;

const LINE_FEED = '\n'.charCodeAt(0);

export function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}

/** What to say about a file with so many lines, the header among them; undefined where a sheet has room enough. */
export function rowLimitNote(file: string, lines: number, layout: 'single' | 'daily'): string | undefined {
  if (lines < MANY_ROWS) return undefined;
  const isBeyond = lines > MOST_ROWS;
  const what = isBeyond ? 'so the rest of them is not shown there' : 'which it will soon have';
  const how =
    layout === 'single'
      ? 'layout: daily makes a file of each day'
      : 'a program that reads CSV, such as Tableau, takes all of them';
  return `${file} has ${formatCount(lines)} rows; a sheet of Excel or LibreOffice has ${formatCount(MOST_ROWS)}, ${what}: ${how}.`;
}
