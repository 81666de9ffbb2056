import { daysWords, monthBefore, shortMonthName } from '../../report/account/calendar.js';
import { change, dollars, NONE, percent } from '../../report/page/numbers.js';
import type { Amounts, Block, BlockRow, MoneyTable } from '../money-table.js';

/** A column of a breakdown, for people. */
export interface Column {
  readonly head: string;
  readonly isText: boolean;
  readonly cell: (row: BlockRow) => string;
  /** Of the last row, that of all. */
  readonly total: (all: Amounts) => string;
}

/** The columns in which every format for people shows a breakdown. */
export function columnsOf(block: Block, { compared, isOver, month }: MoneyTable): readonly Column[] {
  const before = shortMonthName(monthBefore(month));
  return [
    { head: block.of, isText: true, cell: ({ title }) => title, total: () => 'all' },
    ...(block.hasProjects
      ? [
          {
            head: 'project',
            isText: true,
            cell: ({ project }: BlockRow) => project?.called ?? '',
            total: () => '',
          },
        ]
      : []),
    ...[
      number(isOver ? 'cost' : 'cost so far', ({ cost }) => known(cost)),
      ...(block.addsUp ? [number('share', ({ cost }) => percent(cost ?? 0, block.whole ?? 0))] : []),
      ...(compared === undefined
        ? []
        : [
            ...(isOver
              ? []
              : [number(daysWords(compared.before_since, compared.before_until), ({ same }) => known(same))]),
            number('change', (row) =>
              row.compared === undefined ? NONE : change(row.compared - (row.same ?? 0)),
            ),
          ]),
      number(before, (row) => known(row.before)),
    ],
  ];
}

function number(head: string, text: (amounts: Amounts) => string): Column {
  return { head, isText: false, cell: text, total: text };
}

function known(parts: number | undefined): string {
  return parts === undefined ? NONE : dollars(parts);
}
