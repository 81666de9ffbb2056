import { oneLine } from './one-line.js';

/** How a column is set: numbers to the right. */
export type Align = 'left' | 'right';

/** Rows of text as aligned columns, two spaces apart; a line each, without trailing spaces. */
export function textTable(align: readonly Align[], table: readonly (readonly string[])[]): string[] {
  const rows = table.map((row) => row.map(oneLine));
  const widths = align.map((_, column) => Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ''))));
  return rows.map((row) =>
    align
      .map((side, column) => pad(row[column] ?? '', widths[column] ?? 0, side))
      .join('  ')
      .trimEnd(),
  );
}

/** A whole number with its thousands apart, as a person reads them. */
export function formatCount(count: number): string {
  // `toLocaleString` would load the data of all languages first, which takes longer than `validate` itself.
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `$4,812.00`; four places where two would show nothing. */
export function formatDollars(dollars: number): string {
  const [whole = '', cents = ''] = dollars
    .toFixed(dollars !== 0 && Math.abs(dollars) < 0.01 ? 4 : 2)
    .split('.');
  return `$${formatCount(Number(whole))}.${cents}`;
}

/** `1 call`, `2,048 calls`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function pad(text: string, width: number, side: Align): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return side === 'right' ? space + text : text + space;
}

/** Columns that a text takes; near enough for names (wide characters count as one). */
function widthOf(text: string): number {
  return [...text].length;
}
