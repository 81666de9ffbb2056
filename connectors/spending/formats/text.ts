import { createColors } from 'picocolors';
import { oneLine, shortName } from '../../../src/text/one-line.js';
import { textTable } from '../../../src/text/text-table.js';
import type { Block, MoneyTable } from '../money-table.js';
import { type Column, columnsOf } from './columns.js';

export interface TextOptions {
  readonly color: boolean;
  /** Columns of the terminal; 0 where it is none, and lines may be as long as they like. */
  readonly width: number;
}

/** As a person reads it in a terminal. */
export function textOf(table: MoneyTable, { color, width }: TextOptions): string {
  const colors = createColors(color);
  const prose = (text: string) => wrapped(text, width);
  const lines = [
    ...prose(table.from).map(colors.dim),
    '',
    ...prose(table.lead),
    ...(table.comparison === undefined ? [] : prose(table.comparison)),
    ...table.notes.flatMap((note) => {
      const [first = '', ...others] = wrapped(note, Math.max(0, width - 2));
      return [`${colors.yellow('!')} ${first}`, ...others.map((line) => `  ${line}`)];
    }),
    ...table.blocks.flatMap((block) => [
      '',
      ...blockLines(block, table, width),
      ...block.notes.flatMap(prose).map(colors.dim),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Words in lines of so many columns; as one line where there is no end to them. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of oneLine(text).split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && (width === 0 || [...longer].length <= width)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function blockLines(block: Block, table: MoneyTable, width: number): readonly string[] {
  const { rows, total } = block;
  if (rows.length === 0) return [];
  const columns = columnsOf(block, table);
  const cells = [
    columns.map(({ head }) => head.toUpperCase()),
    ...rows.map((row) => columns.map(({ cell, isText }) => (isText ? shortName(cell(row)) : cell(row)))),
    ...(total === undefined ? [] : [columns.map((column) => column.total(total))]),
  ];
  return textTable(
    columns.map(({ isText }) => (isText ? 'left' : 'right')),
    fitted(cells, columns, width),
  );
}

const GAP = 2;
/** Of a name so much is left. */
const LEAST = 8;

/** Shortens names, the longest first, until lines have room. */
function fitted(
  cells: readonly (readonly string[])[],
  columns: readonly Column[],
  width: number,
): readonly (readonly string[])[] {
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => [...(row[at] ?? '')].length)));
  const tooMuch = () => widths.reduce((sum, one) => sum + one + GAP, -GAP) > width;
  const names = columns.flatMap(({ isText }, at) => (isText ? [at] : []));
  const longest = () =>
    names.reduce((one, other) => ((widths[other] ?? 0) > (widths[one] ?? 0) ? other : one), 0);
  while (width > 0 && tooMuch() && (widths[longest()] ?? 0) > LEAST)
    widths[longest()] = (widths[longest()] ?? 0) - 1;
  return cells.map((row) => row.map((cell, at) => (names.includes(at) ? cut(cell, widths[at] ?? 0) : cell)));
}

function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : text;
}
