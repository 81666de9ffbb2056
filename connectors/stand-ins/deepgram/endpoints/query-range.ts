import { addDays, type Day, dayAt, daysThrough, isDay, startOfDay } from '../../../../src/time/day.js';
import { BadRequest } from './query-parameters.js';

const MOMENT = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]\d{2}:\d{2})?$/;
/** Where no start is given. */
const DEFAULT_DAYS = 30;

/** A range of whole days, both included. */
export interface DayRange {
  readonly start: Day;
  readonly end: Day;
}

/**
 * `start` and `end` of the request log, in microseconds since the epoch, both included. A date without a time
 * means all of that day; a time without an offset is UTC. Without them the range is open.
 */
export function momentRange(query: URLSearchParams): { readonly fromUs: number; readonly toUs: number } {
  const start = query.get('start');
  const end = query.get('end');
  const fromUs = start === null ? 0 : parseMoment('start', start) * 1_000;
  if (end === null) return { fromUs, toUs: Number.MAX_SAFE_INTEGER };
  const toUs = isDay(end) ? startOfDay(addDays(end, 1)) * 1_000 - 1 : parseMoment('end', end) * 1_000;
  return { fromUs, toUs };
}

/** `start` and `end` of usage and billing: dates only. By default the last 30 days; never beyond today. */
export function dayRange(
  query: URLSearchParams,
  nowMs: number,
): DayRange & { readonly days: readonly Day[] } {
  const today = dayAt(nowMs);
  const end = parseDay('end', query.get('end') ?? today);
  const start = parseDay('start', query.get('start') ?? addDays(end, 1 - DEFAULT_DAYS));
  if (start > end) throw new BadRequest('The start is later than the end.');
  return { start, end, days: daysThrough(start, end).filter((day) => day <= today) };
}

function parseMoment(name: string, text: string): number {
  if (isDay(text)) return startOfDay(text);
  const [, day = '', , offset = ''] = MOMENT.exec(text) ?? [];
  if (!isDay(day)) {
    throw new BadRequest(`${name}: use YYYY-MM-DD, YYYY-MM-DDTHH:MM:SS or YYYY-MM-DDTHH:MM:SS+HH:MM.`);
  }
  return Date.parse(offset === '' ? `${text}Z` : text);
}

function parseDay(name: string, text: string): Day {
  if (!isDay(text)) throw new BadRequest(`${name}: use YYYY-MM-DD.`);
  return text;
}
