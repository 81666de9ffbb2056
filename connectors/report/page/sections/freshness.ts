import { endOfDay, startOfDay } from '../../../../src/time/day.js';
import { timestampAt } from '../../../../src/time/timestamp.js';
import type { Account, StreamFreshness } from '../../account/account.js';
import { type Content, html } from '../html.js';
import { count, moment, NONE } from '../numbers.js';
import { dateOf, table } from '../table.js';

const DAY_MS = 86_400_000;

/** How new the numbers are, and which are not there. */
export function freshness({ calendar, streams }: Account): Content {
  const newest = Math.max(...streams.map(({ deliveredAt }) => deliveredAt));
  const missing = streams.reduce((sum, stream) => sum + missingDays(stream), 0);
  const open = calendar.isOpen
    ? html` ${dateOf(calendar.newest)} is not over: its numbers still grow.`
    : undefined;
  return html`<p class=lead>The latest numbers were read on ${moment(timestampAt(newest))} UTC.${open}</p>${
    missing > 0
      ? html`<p class=bad>Days are missing between the first and the last: see the table.</p>`
      : undefined
  }<p class=q>Deepgram fills in costs some time after a request, and may restate past days: each run reads the last days again and replaces them here.</p>${table(
    {
      caption: 'Streams of this page. Days are counted for each project. Times are UTC.',
      columns: [
        { head: 'stream', cell: ({ stream }) => stream },
        { head: 'first day', cell: (stream) => endOf(stream, 'first') },
        { head: 'last day', cell: (stream) => endOf(stream, 'last') },
        { head: 'days', cell: (stream) => count(daysOf(stream)) },
        { head: 'missing', cell: (stream) => count(missingDays(stream)) },
        { head: 'records', cell: ({ records }) => count(records) },
        { head: 'last read', cell: ({ deliveredAt }) => moment(timestampAt(deliveredAt)) },
      ],
      rows: streams,
    },
  )}`;
}

/** Over all projects; a dash for snapshots. */
function endOf({ projects }: StreamFreshness, end: 'first' | 'last'): string {
  const days = [...projects.values()].map((project) => project[end]).sort();
  return (end === 'first' ? days[0] : days.at(-1)) ?? NONE;
}

function daysOf({ projects }: StreamFreshness): number {
  return [...projects.values()].reduce((sum, { days }) => sum + days, 0);
}

/** Between the first and the last day of each project. */
function missingDays({ projects }: StreamFreshness): number {
  return [...projects.values()].reduce(
    (sum, { first, last, days }) => sum + (endOfDay(last) - startOfDay(first)) / DAY_MS - days,
    0,
  );
}
