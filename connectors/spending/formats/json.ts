import type { Mask } from '../../../src/secrets/mask.js';
import { mapTexts } from '../../../src/text/json-texts.js';
import { jsonText } from '../../../src/text/one-line.js';
import type { MoneyTable } from '../money-table.js';
import { inDollars, ownerOf, recordOf, wholeOf } from './records.js';

/** All of it as data. What is not known is null. */
export function jsonOf(table: MoneyTable, mask: Mask): string {
  const { from, month, isOver, through, readAt, compared, total, projected, budget, missing, blocks, notes } =
    table;
  const data = {
    from,
    month,
    is_over: isOver,
    through,
    read_at: readAt ?? null,
    compared: compared === undefined ? null : { ...compared },
    ...recordOf(total, total.cost),
    projected_usd: inDollars(projected),
    budget:
      budget === undefined
        ? null
        : {
            monthly_usd: inDollars(budget.monthly),
            daily_usd: inDollars(budget.daily),
            days_over: budget.daysOver.map(({ day, cost }) => ({ day, cost_usd: inDollars(cost) })),
          },
    missing: missing.map(({ projects, days }) => ({ projects: projects.map((one) => ({ ...one })), days })),
    breakdowns: blocks.map((block) => ({
      by: block.by,
      adds_up: block.addsUp,
      total: block.total === undefined ? null : recordOf(block.total, block.whole),
      rows: block.rows.map((row) => ({ ...ownerOf(row, block), ...recordOf(row, wholeOf(block)) })),
      notes: block.notes,
    })),
    notes,
  };
  return `${jsonText(mapTexts(data, mask), 2)}\n`;
}
