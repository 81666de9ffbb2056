import type { Mask } from '../../../src/secrets/mask.js';
import { markdownTable, markdownText } from '../../../src/text/markdown.js';
import { shortName } from '../../../src/text/one-line.js';
import type { Block, MoneyTable } from '../money-table.js';
import { columnsOf } from './columns.js';

/** For a step summary, a wiki or an issue. Masked here, since an escaped secret is not known as one. */
export function markdownOf(table: MoneyTable, mask: Mask): string {
  const text = (words: string) => markdownText(mask(words));
  return [
    text(table.from),
    '',
    `**${text(table.lead)}**`,
    '',
    ...(table.comparison === undefined ? [] : [text(table.comparison), '']),
    ...(table.notes.length === 0 ? [] : [...table.notes.map((note) => `- ${text(note)}`), '']),
    ...table.blocks.flatMap((block) => [
      ...blockLines(block, table, mask),
      ...block.notes.flatMap((note) => [text(note), '']),
    ]),
  ].join('\n');
}

function blockLines(block: Block, table: MoneyTable, mask: Mask): readonly string[] {
  const { rows, total } = block;
  if (rows.length === 0) return [];
  const columns = columnsOf(block, table);
  return markdownTable(
    columns.map(({ head }) => head),
    [
      ...rows.map((row) => columns.map(({ cell }) => shortName(mask(cell(row))))),
      ...(total === undefined ? [] : [columns.map((column) => column.total(total))]),
    ],
    columns.map(({ isText }) => (isText ? 'left' : 'right')),
  );
}
