import { shortName } from '../../../../src/text/one-line.js';
import type { Account } from '../../account/account.js';
import { UNTAGGED } from '../../account/amounts.js';
import { type Month, monthName, sinceWords } from '../../account/calendar.js';
import { largestSeries, type Series } from '../../chart/series.js';
import { daySlots, monthSlots, type Slot } from '../../chart/slots.js';
import { stackedBars } from '../../chart/stacked-bars.js';
import { NANO } from '../../totals/measure-parts.js';
import { type Content, type Html, html } from '../html.js';
import { count, counted, dollars, NONE, percent } from '../numbers.js';
import { folded, nameOf, table } from '../table.js';
import { breakdownTable } from './breakdown-table.js';
import { SINGLE_TAGS_NOTE, TAG_SETS_NOTE } from './tag-notes.js';

/** What was spent, by day and month and by whom. */
export function cost(account: Account): Content {
  const { calendar, by, months, priced } = account;
  const whole = months.get(calendar.month)?.cost_usd;
  if (whole === undefined && by.cost_line_item.shares.length === 0)
    return html`<p>No bill was read: the API key may not read billing, or its stream is off.</p>`;
  const spent = whole ?? 0;
  const [first] = by.cost_line_item.ranked('cost_usd');
  const untagged = by.cost_tags.shares.find(({ key }) => key === UNTAGGED.key)?.amount('month', 'cost_usd');
  const lead = [
    first === undefined || spent <= 0
      ? undefined
      : html`${nameOf(first.name)} is the largest line item of ${monthName(calendar.month)}: ${dollars(first.amount('month', 'cost_usd'))}, ${percent(first.amount('month', 'cost_usd'), spent)} of all. `,
    untagged === undefined
      ? undefined
      : html`${dollars(untagged)} of it has no tag (${percent(untagged, spent)}).`,
  ];
  const requestNote =
    priced.requests === 0
      ? 'From the request log, which has no requests of this month.'
      : `From the request log: ${count(priced.priced)} of ${count(priced.requests)} requests of this month that have not failed have a cost in it, and Deepgram keeps them for 90 days. Whether it is the bill\u2019s is said below.`;
  return html`<p class=lead>${lead}</p>${byMonth(account)}${byDay(account)}${byProject(account)}${[
    breakdownTable(account, by.cost_line_item, {
      heading: 'Cost by line item',
      of: 'line item',
      measure: 'cost_usd',
      whole: spent,
    }),
    breakdownTable(account, by.cost_accessor, {
      heading: 'Cost by API key',
      of: 'API key',
      measure: 'cost_usd',
      whole: spent,
    }),
    breakdownTable(account, by.cost_tags, {
      heading: 'Cost by set of tags',
      of: 'tags together',
      measure: 'cost_usd',
      whole: spent,
      note: TAG_SETS_NOTE,
    }),
    breakdownTable(account, by.cost_tag, {
      heading: 'Cost by single tag',
      of: 'tag',
      measure: 'cost_usd',
      whole: undefined,
      note: SINGLE_TAGS_NOTE,
    }),
    breakdownTable(account, by.cost_models, {
      heading: 'Cost by model',
      of: 'model',
      measure: 'cost_usd',
      whole: by.cost_models.shares.reduce((sum, share) => sum + share.amount('month', 'cost_usd'), 0),
      also: [{ head: 'requests', measure: 'requests' }],
      note: requestNote,
    }),
  ]}`;
}

function byMonth({ calendar, lineItems, months }: Account): Html {
  const open = calendar.isMonthOver && !calendar.isOpen ? undefined : calendar.newest.slice(0, 7);
  const slots = monthSlots(calendar.months, open);
  const known = (month: Month) => months.get(month)?.cost_usd !== undefined;
  const series = largestSeries(lineItems.months, calendar.months, known);
  const years = `${monthName(calendar.months[0] ?? '')} to ${monthName(calendar.months.at(-1) ?? '')}`;
  return chartWithTable(
    'Cost by month and line item, dollars',
    `Cost of each month, ${years}, by line item.`,
    slots,
    series,
    {
      column: 'month',
      total: (month) => months.get(month)?.cost_usd,
    },
  );
}

function byDay({ calendar, lineItems, days }: Account): Html {
  const slots = daySlots(calendar.chartDays, calendar.isOpen ? calendar.newest : undefined);
  const known = (day: string) => days.get(day)?.cost_usd !== undefined;
  const series = largestSeries(lineItems.days, calendar.chartDays, known);
  return chartWithTable(
    'Cost by day and line item, dollars',
    `Cost of each day from ${calendar.chartDays[0]} to ${calendar.newest}, by line item; weekends are shaded, a day that is not over is hatched.`,
    slots,
    series,
    { column: 'day', total: (day) => days.get(day)?.cost_usd },
  );
}

/** A chart, and its numbers folded beside it. */
export function chartWithTable(
  title: string,
  description: string,
  slots: readonly Slot[],
  series: readonly Series[],
  { column, total }: { readonly column: string; readonly total: (slot: string) => number | undefined },
  { unit = NANO, format = dollars } = {},
): Html {
  const rows = slots.map(({ name }, at) => ({ name, at }));
  const cellOf = (value: number | undefined) => (value === undefined ? NONE : format(value));
  const numbers = table({
    caption: `${title}. ${NONE} is a ${column} that was not read.`,
    columns: [
      { head: column, cell: ({ name }) => name },
      { head: 'all', cell: ({ name }) => cellOf(total(name)) },
      ...series.map((one) => ({
        head: shortName(one.name),
        cell: ({ at }: { readonly at: number }) => cellOf(one.values[at]),
      })),
    ],
    rows: rows.toReversed(),
  });
  // Where nothing is broken down the whole is drawn.
  const drawn =
    series.length > 0 ? series : [{ name: 'all', color: '0', values: slots.map(({ name }) => total(name)) }];
  return html`<figure><figcaption>${title}</figcaption>${stackedBars({ title, description }, slots, drawn, unit, format)}</figure>${folded('The numbers of this chart', numbers)}`;
}

/** Months that have room beside each other where the page is printed. */
const MOST_MONTHS = 7;

/** Each project by month, so that it can be compared with an invoice. */
function byProject(account: Account): Html | undefined {
  const { calendar, projectMonths, projects, byProject: breakdown } = account;
  const ranked = breakdown.ranked('cost_usd');
  const from = calendar.months.findIndex((month) => account.months.has(month));
  const months = calendar.months.slice(Math.max(0, from)).toReversed();
  const of = (id: string, month: Month) => projectMonths.get(id)?.get(month)?.cost_usd;
  const tableOf = (some: readonly Month[]) =>
    table({
      caption: `Cost of each project by month, dollars, ${some.at(-1)} to ${some[0]}. ${NONE} is a month that was not read.`,
      columns: [
        { head: 'project', cell: ({ key }) => shortName(projects.get(key) ?? key) },
        ...some.map((month) => ({
          head: month,
          cell: ({ key }: { readonly key: string }) => {
            const parts = of(key, month);
            return parts === undefined ? NONE : dollars(parts);
          },
        })),
      ],
      rows: ranked,
      total: [
        'all projects',
        ...some.map((month) => {
          const parts = account.months.get(month)?.cost_usd;
          return parts === undefined ? NONE : dollars(parts);
        }),
      ],
    });
  const parts = Array.from({ length: Math.ceil(months.length / MOST_MONTHS) }, (_, at) =>
    tableOf(months.slice(at * MOST_MONTHS, (at + 1) * MOST_MONTHS)),
  );
  return html`${breakdownTable(account, breakdown, {
    heading: 'Cost by project',
    of: 'project',
    measure: 'cost_usd',
    whole: account.months.get(calendar.month)?.cost_usd ?? 0,
  })}${folded(`Each project by month (${counted(ranked.length, 'project')}, ${sinceWords(account)})`, parts)}`;
}
