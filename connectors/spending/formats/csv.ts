import type { Mask } from '../../../src/secrets/mask.js';
import { BYTE_ORDER_MARK } from '../../tableau/csv/csv-format.js';
import { realDigits } from '../../tableau/csv/csv-number.js';
import { csvText } from '../../tableau/csv/csv-text.js';
import type { MoneyTable } from '../money-table.js';
import { inDollars, ownerOf, recordOf, wholeOf } from './records.js';

/**
 * One row a name of a breakdown, below the month as a whole. In the form that spreadsheets open as it is: with a byte order
 * mark, and without a text that they would run. Lines end as those of all that is printed do.
 */
export function csvOf(table: MoneyTable, mask: Mask): string {
  const all = {
    month: table.month,
    by: 'all',
    project_id: null,
    project_name: null,
    name: 'all',
    id: null,
    ...recordOf(table.total, table.total.cost),
    projected_usd: inDollars(table.projected),
    budget_usd: inDollars(table.budget?.monthly),
  };
  const rows = table.blocks.flatMap((block) =>
    block.rows.map((row) => ({
      ...all,
      by: block.by,
      ...ownerOf(row, block),
      ...recordOf(row, wholeOf(block)),
      projected_usd: null,
      budget_usd: null,
    })),
  );
  const cell = (value: string | number | null) => {
    if (value === null) return '';
    return typeof value === 'number' ? realDigits(value) : csvText(mask(value), true);
  };
  const lines = [Object.keys(all), ...[all, ...rows].map((row) => Object.values(row).map(cell))];
  return BYTE_ORDER_MARK + lines.map((cells) => `${cells.join(',')}\n`).join('');
}
