import { type Day, dayAt, isDay, startOfDay } from '../../../src/time/day.js';
import { epochMs, parseTimestamp } from '../../../src/time/timestamp.js';
import { arrayOf, type Json, numberOf, objectOf, textOf } from '../api/tolerant-json.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const UNITS = new Map([
  ['minute', HOUR_MS / 60],
  ['hour', HOUR_MS],
  ['day', DAY_MS],
]);

/** What a row is of, in milliseconds since the epoch, `until` not included. */
export interface Period {
  /** UTC day on which it begins. */
  readonly day: Day;
  readonly from: number;
  readonly until: number;
}

/**
 * The period of a row of usage or billing, which stands beside its measures or in its `grouping`; undefined where its
 * start is none. Days are written as dates, with the same day as their end or the next one; parts of days as times.
 */
export function periodOf(raw: unknown): Period | undefined {
  const row = objectOf(raw);
  const grouping = objectOf(row?.grouping);
  const from = momentOf(textOf(grouping?.start) ?? textOf(row?.start));
  if (from === undefined) return undefined;
  const end = momentOf(textOf(grouping?.end) ?? textOf(row?.end));
  const isOfDay = from % DAY_MS === 0;
  // A part of a day without an end is at least not the same as one that begins at another time.
  const until = end !== undefined && end > from ? end : from + (isOfDay ? DAY_MS : 1);
  return { day: dayAt(from), from, until };
}

function momentOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (isDay(text)) return startOfDay(text);
  const moment = parseTimestamp(text);
  return moment === undefined ? undefined : epochMs(moment);
}

/**
 * True where no row of the answer is of more than a day. The answer says so itself, and long ranges may differ; where
 * its rows say otherwise they are right. Old answers do not say; their rows have always been days.
 */
export function isByDay(answer: Json): boolean {
  const resolution = objectOf(answer.resolution);
  if (resolution && !(stepOf(resolution) <= DAY_MS)) return false;
  return !arrayOf(answer.results).some((row) => {
    const period = periodOf(row);
    return period !== undefined && period.until - period.from > DAY_MS;
  });
}

/** Milliseconds; not a number where the unit is none that a day has. */
function stepOf(resolution: Json): number {
  const units = textOf(resolution.units)?.toLowerCase().replace(/s$/, '') ?? '';
  return (UNITS.get(units) ?? Number.NaN) * (numberOf(resolution.amount) ?? 1);
}

/** What the answer says about its rows, for an error: `steps of 1 week`. */
export function stepsOf(answer: Json): string {
  const resolution = objectOf(answer.resolution);
  if (!resolution || stepOf(resolution) <= DAY_MS) return 'rows of more than a day';
  return `steps of ${numberOf(resolution.amount) ?? '?'} ${textOf(resolution.units)?.slice(0, 20) ?? '?'}`;
}
