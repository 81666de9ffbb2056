import { shortName } from '../../../../src/text/one-line.js';
import type { Account, ErrorKind } from '../../account/account.js';
import { lineChart } from '../../chart/lines.js';
import { daySlots } from '../../chart/slots.js';
import { stackedBars } from '../../chart/stacked-bars.js';
import { addHistogram, type Histogram, LATENCY_ERROR, percentile } from '../../totals/latency-histogram.js';
import { type Content, type Html, html } from '../html.js';
import { count, counted, milliseconds, NONE, percent } from '../numbers.js';
import { dateOf, folded, table } from '../table.js';

const PERCENTILES = [
  { name: 'p50', percent: 50, color: '4' },
  { name: 'p95', percent: 95, color: '0' },
  { name: 'p99', percent: 99, color: '5' },
] as const;
const SHOWN = 10;
const MOST = 60;

/** How well requests went, of the days of charts. */
export function quality(account: Account): Content {
  const { calendar } = account;
  const days = calendar.chartDays.filter((day) => account.quality.has(day));
  if (days.length === 0) return html`<p>No requests were read: Deepgram keeps them for 90 days.</p>`;
  const requests = days.reduce((sum, day) => sum + (account.quality.get(day)?.requests ?? 0), 0);
  const errors = days.reduce((sum, day) => sum + (account.quality.get(day)?.errors ?? 0), 0);
  const all: Histogram = new Map();
  for (const day of days) addHistogram(all, account.quality.get(day)?.latencies ?? []);
  const latency = PERCENTILES.flatMap(({ name, percent: rank }) => {
    const ms = percentile(all, rank);
    return ms === undefined ? [] : `${name} ${milliseconds(ms)}`;
  });
  const lead = html`${percent(errors, requests)} of requests failed since ${dateOf(calendar.chartDays[0] ?? '')}: ${count(errors)} of ${count(requests)}.`;
  return html`<p class=lead>${lead}</p>${errorTable(account, errors)}${errorChart(account)}${
    latency.length > 0
      ? html`<h3>Latency</h3><p>${latency.join(', ')}, from the request to its whole response; streams, which last as long as their audio, are left out. At most ${LATENCY_ERROR} off.</p>${latencyChart(account)}`
      : undefined
  }`;
}

function errorTable({ errors }: Account, whole: number): Html | undefined {
  const kinds = errors
    .map((kind) => ({ ...kind, sum: [...kind.days.values()].reduce((sum, some) => sum + some, 0) }))
    .sort((one, other) => other.sum - one.sum || ((one.message ?? '') < (other.message ?? '') ? -1 : 1));
  if (kinds.length === 0) return undefined;
  const rows = (some: readonly (ErrorKind & { readonly sum: number })[]) =>
    table({
      caption: 'Failed requests by code and message',
      columns: [
        { head: 'code', cell: ({ code }) => (code === null ? NONE : String(code)) },
        {
          head: 'message',
          isText: true,
          cell: ({ message }) => (message === null ? NONE : shortName(message)),
        },
        { head: 'requests', cell: ({ sum }) => count(sum) },
        { head: 'share', cell: ({ sum }) => percent(sum, whole) },
        { head: 'last on', cell: ({ days }) => [...days.keys()].sort().at(-1) ?? NONE },
      ],
      rows: some,
    });
  const left = kinds.slice(MOST);
  const rest = left.reduce((sum, one) => sum + one.sum, 0);
  const leftOut =
    left.length === 0
      ? undefined
      : html`<p class=q>${counted(left.length, 'rarer one')} came to ${count(rest)}.</p>`;
  return html`${rows(kinds.slice(0, SHOWN))}${
    kinds.length > SHOWN
      ? folded(`${counted(Math.min(kinds.length, MOST) - SHOWN, 'more row')}`, [
          rows(kinds.slice(SHOWN, MOST)),
          leftOut,
        ])
      : undefined
  }`;
}

function errorChart({ calendar, quality: days }: Account): Html {
  const slots = daySlots(calendar.chartDays, calendar.isOpen ? calendar.newest : undefined);
  const values = slots.map(({ name }) => days.get(name)?.errors);
  const text = { title: 'Failed requests by day', description: 'How many requests failed on each day.' };
  const numbers = table({
    caption: `Requests by day. ${NONE} was not read.`,
    columns: [
      { head: 'day', cell: ({ name }) => name },
      { head: 'failed', cell: ({ name }) => numberOr(days.get(name)?.errors, count) },
      { head: 'requests', cell: ({ name }) => numberOr(days.get(name)?.requests, count) },
      ...PERCENTILES.map(({ name: head, percent: rank }) => ({
        head: `latency ${head}`,
        cell: ({ name }: { readonly name: string }) =>
          numberOr(percentile(days.get(name)?.latencies ?? new Map(), rank), milliseconds),
      })),
    ],
    rows: slots.toReversed(),
  });
  const bars = stackedBars(text, slots, [{ name: 'failed', color: 'bad', values }], 1, count);
  return html`<figure><figcaption>${text.title}</figcaption>${bars}</figure>${folded('The numbers of these charts', numbers)}`;
}

function latencyChart({ calendar, quality: days }: Account): Html {
  const slots = daySlots(calendar.chartDays, calendar.isOpen ? calendar.newest : undefined);
  const lines = PERCENTILES.map(({ name, percent: rank, color }) => ({
    name,
    color,
    values: slots.map((slot) => percentile(days.get(slot.name)?.latencies ?? new Map(), rank)),
  }));
  const text = {
    title: 'Latency by day',
    description:
      'Median, 95th and 99th percentile of the time from request to response on each day, without streams.',
  };
  return html`<figure><figcaption>${text.title}</figcaption>${lineChart(text, slots, lines, milliseconds, 1)}</figure>`;
}

function numberOr(value: number | undefined, write: (value: number) => string): string {
  return value === undefined ? NONE : write(value);
}
