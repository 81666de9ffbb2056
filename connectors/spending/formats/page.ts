import type { Mask } from '../../../src/secrets/mask.js';
import { shortName } from '../../../src/text/one-line.js';
import { timestampAt } from '../../../src/time/timestamp.js';
import { monthName } from '../../report/account/calendar.js';
import { documentOf } from '../../report/page/document.js';
import { type Content, html } from '../../report/page/html.js';
import { moment } from '../../report/page/numbers.js';
import { table as htmlTable } from '../../report/page/table.js';
import type { Block, MoneyTable } from '../money-table.js';
import { columnsOf } from './columns.js';

/** A page in the look of the report's. Masked here, since an escaped secret is not known as one. */
export function pageOf(table: MoneyTable, mask: Mask, now: number): string {
  const title = `Deepgram: cost of ${monthName(table.month)}`;
  const body = html`<header><h1>${title}</h1><p class=q>${mask(table.from)}</p></header>
<main><section><p class=lead>${mask(table.lead)}</p>${
    table.comparison === undefined ? undefined : html`<p class=q>${table.comparison}</p>`
  }${table.notes.map((note) => html`<p>${mask(note)}</p>`)}</section>${table.blocks.map(
    (block) =>
      html`\n<section><h2>Cost by ${block.of}</h2>${block.notes.map(
        (note) => html`<p class=q>${note}</p>`,
      )}${blockTable(block, table, mask)}</section>`,
  )}</main>`;
  return documentOf(title, body, `${moment(timestampAt(now))} UTC`);
}

function blockTable(block: Block, table: MoneyTable, mask: Mask): Content {
  const { rows, total, of } = block;
  if (rows.length === 0) return undefined;
  const columns = columnsOf(block, table);
  return htmlTable({
    caption: `Cost by ${of} in ${monthName(table.month)}, dollars, the largest first`,
    columns: columns.map(({ head, isText, cell }) => ({
      head,
      isText,
      cell: (row: Block['rows'][number]) =>
        isText ? html`<bdi>${shortName(mask(cell(row)))}</bdi>` : cell(row),
    })),
    rows,
    ...(total === undefined ? {} : { total: columns.map((column) => column.total(total)) }),
    isNamed: true,
  });
}
