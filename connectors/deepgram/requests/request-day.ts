import type { PartitionReading } from '../../../src/catalogue/source.js';
import { type Day, dayAt, startOfDay } from '../../../src/time/day.js';
import type { DayNames } from '../account/names/day-names.js';
import { refuseUnknownForm } from '../api/answer-list.js';
import type { ReadingContext } from '../reading-context.js';
import type { RequestRow } from '../streams/requests.js';
import { DayFacts } from './day-facts.js';
import { sayFindings, wasSaidToday } from './day-findings.js';
import type { Doubted } from './day-to-read.js';
import { renamed } from './request-names.js';
import type { TimeRange } from './request-page.js';
import type { SliceReader } from './slice-pages.js';
import { readInSlices } from './sliced-day.js';

/**
 * One day of the request log. Where it has fewer requests than usage counts, it is to be read once more, page by page:
 * a server need not say that it cut a page off.
 *
 * @param doubted what an earlier reading came to, of which this is the repetition
 */
export function readRequestDay(
  day: Day,
  context: ReadingContext,
  signal: AbortSignal,
  doubted?: Doubted,
): PartitionReading {
  const facts = new DayFacts();
  const names = context.directory.names(day);
  const project = context.identity.projectOn(day);
  let isUnresolved = false;
  let retry: PartitionReading | undefined;
  async function* batches(): AsyncGenerator<readonly RequestRow[]> {
    const expected = context.totals.requestsOf(day, signal);
    expected.catch(() => {}); // thrown where it is needed
    const asked = { range: rangeOf(day, context.now), expected, facts };
    const reader = readerOf(day, names, { ...context, project }, signal);
    const slices = readInSlices(reader, doubted ? { ...asked, doubted } : asked, context.ahead, signal);
    for await (const rows of withNames(slices, names, signal)) {
      isUnresolved ||= rows.some(mayBeAnswered);
      yield rows;
    }
    refuseUnknownForm('requests', facts.unreadable.count, facts.rows);
    const counted = await expected;
    if (counted !== undefined && facts.records < counted && !doubted && helpsToRepeat(day, context)) {
      retry = readRequestDay(day, context, signal, { longest: facts.longest, expected: counted });
    } else sayFindings(day, facts, counted, context);
  }
  return {
    day,
    project,
    batches: batches(),
    unreadable: () => facts.unreadable.count,
    isProvisional: names.isProvisional,
    isUnresolved: () => isUnresolved,
    retry: () => retry,
  };
}

/** A request without an answer counts as settled before it counts as lost. */
function mayBeAnswered({ code, status }: RequestRow): boolean {
  return code === null && status !== 'lost';
}

/**
 * A difference that stays is looked into once a day. Usage of today has requests that came after this run began, so
 * today it takes more: pages that were found to be cut off.
 */
function helpsToRepeat(day: Day, context: ReadingContext): boolean {
  return day < dayAt(context.now) ? !wasSaidToday(day, context) : context.pages.misleads;
}

function readerOf(day: Day, names: DayNames, context: ReadingContext, signal: AbortSignal): SliceReader {
  const { api, project, directory, pages } = context;
  const prepared = directory.prepare(['models', 'apiKeys'], { start: day, end: day }, signal);
  const named = prepared.then(() => ({ ...context, names }));
  named.catch(() => {}); // thrown by the slice that needs it
  return { api, project, pages, context: named };
}

/** Names are looked for once more where records name what nobody knew when the lists were read. */
async function* withNames(
  slices: AsyncIterable<readonly RequestRow[]>,
  names: DayNames,
  signal: AbortSignal,
): AsyncGenerator<readonly RequestRow[]> {
  let isLate = false;
  for await (const rows of slices) {
    // Slices that come later may have been read before these names were known.
    isLate = (await names.find(signal)) || isLate;
    yield isLate ? rows.map((row) => renamed(row, names)) : rows;
  }
}

/** Today ends now, and now is fixed for the run: a range that grows while it is paged would never be read whole. */
function rangeOf(day: Day, now: number): TimeRange {
  const from = startOfDay(day) / 1_000;
  return { from, until: Math.min(from + 86_400, Math.floor(now / 1_000)) };
}
