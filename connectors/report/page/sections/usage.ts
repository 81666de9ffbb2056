import type { Account } from '../../account/account.js';
import { type Amounts, type Breakdown, MEASURES, type Measure } from '../../account/amounts.js';
import { monthName } from '../../account/calendar.js';
import { largestSeries } from '../../chart/series.js';
import { daySlots } from '../../chart/slots.js';
import { type Content, type Html, html } from '../html.js';
import { amount, count, hours, NONE } from '../numbers.js';
import { folded, nameOf, table } from '../table.js';
import { breakdownTable } from './breakdown-table.js';
import { chartWithTable } from './cost.js';

/** What was used, whatever it cost. */
export function usage(account: Account): Content {
  const { calendar, months, by } = account;
  const ofMonth = months.get(calendar.month);
  if (![...months.values()].some(({ requests }) => requests !== undefined))
    return html`<p>No usage was read: its stream is off, or the API key may not read it.</p>`;
  const [first] = by.usage_endpoint.ranked('requests');
  const lead =
    ofMonth?.requests === undefined
      ? `No usage of ${monthName(calendar.month)} was read.`
      : `${count(ofMonth.requests)} requests and ${hours(ofMonth.hours ?? 0)} hours in ${monthName(calendar.month)}.`;
  const of = (heading: string, name: string, breakdown: Breakdown, note?: string) =>
    breakdownTable(account, breakdown, {
      heading,
      of: name,
      measure: 'requests',
      whole: ofMonth?.requests ?? 0,
      also: [{ head: 'hours', measure: 'hours' }, ...speechColumn(breakdown)],
      ...(note === undefined ? {} : { note }),
    });
  return html`<p class=lead>${lead}${
    first === undefined
      ? undefined
      : html` Most go to ${nameOf(first.name)}: ${count(first.amount('month', 'requests'))}.`
  }</p>${byDay(account)}${byMonth(account)}${[
    of('Usage by endpoint', 'endpoint', by.usage_endpoint),
    of('Usage by model', 'model', by.usage_models),
    of('Usage by API key', 'API key', by.usage_accessor),
    of('Usage by set of tags', 'tags together', by.usage_tags),
    of('Usage by method', 'method', by.usage_method),
  ]}`;
}

/** Characters are of interest only where something was spoken. */
function speechColumn(breakdown: Breakdown): { head: string; measure: Measure }[] {
  const speaks = breakdown.shares.some((share) => share.amount('all', 'tts_characters') > 0);
  return speaks ? [{ head: 'characters', measure: 'tts_characters' }] : [];
}

function byDay({ calendar, endpoints, days }: Account): Html {
  const slots = daySlots(calendar.chartDays, calendar.isOpen ? calendar.newest : undefined);
  const isKnown = (day: string) => days.get(day)?.hours !== undefined;
  return chartWithTable(
    'Hours by day and endpoint',
    `Hours of audio of each day from ${calendar.chartDays[0]} to ${calendar.newest}, by endpoint.`,
    slots,
    largestSeries(endpoints, calendar.chartDays, isKnown),
    { column: 'day', total: (day) => days.get(day)?.hours },
    { format: hours },
  );
}

const HEADS: Readonly<Record<Measure, string>> = {
  cost_usd: 'dollars',
  requests: 'requests',
  error: 'errors',
  hours: 'hours',
  tts_characters: 'characters',
  tokens_in: 'tokens in',
  tokens_out: 'tokens out',
};

/** Months at once; days, of which there may be four hundred, folded. */
function byMonth({ calendar, months, days }: Account): Html {
  const measures = MEASURES.filter(
    (measure) => measure === 'requests' || [...months.values()].some((of) => (of[measure] ?? 0) !== 0),
  );
  const columns = (column: string, amounts: (row: string) => Amounts | undefined) => [
    { head: column, cell: (row: string) => row },
    ...measures.map((measure) => ({
      head: HEADS[measure],
      cell: (row: string) => {
        const parts = amounts(row)?.[measure];
        return parts === undefined ? NONE : amount(measure, parts);
      },
    })),
  ];
  const known = [...days.keys()].sort().reverse();
  return html`<h3>Usage by month</h3>${table({
    caption: `What was used in each month. ${NONE} was not read.`,
    columns: columns('month', (month) => months.get(month)),
    rows: calendar.months.filter((month) => months.has(month)).toReversed(),
  })}${folded(
    `Each of ${count(known.length)} days`,
    table({
      caption: `What was used on each day. ${NONE} was not read.`,
      columns: columns('day', (day) => days.get(day)),
      rows: known,
    }),
  )}`;
}
