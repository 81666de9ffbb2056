/**
 * A moment in UTC with microseconds, always in this one form: `2026-11-20T11:59:47.434302Z`. Kept as text
 * because a JavaScript date has milliseconds only; equal width, so moments compare as text.
 */
export type Timestamp = string;

const FORM = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}(?::?\d{2})?)?$/;

/** In UTC, and on the calendar of any year: February 29 is left to the calendar. */
const UTC =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/**
 * Reads an ISO 8601 date and time; a missing offset means UTC, digits beyond the microsecond are cut.
 * Undefined for what is no time.
 */
export function parseTimestamp(text: string): Timestamp | undefined {
  if (UTC.test(text)) return withMicroseconds(text);
  const [, day, time, fraction = '', offset = 'Z'] = FORM.exec(text) ?? [];
  if (day === undefined || time === undefined) return undefined;
  const ms = Date.parse(`${day}T${time}${withColon(offset)}`);
  if (Number.isNaN(ms) || !isOnTheCalendar(`${day}T${time}`)) return undefined;
  const utc = new Date(ms).toISOString();
  if (utc.length !== EQUAL_WIDTH) return undefined;
  return `${utc.slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}

/** Nearly every text has six digits already. */
function withMicroseconds(utc: string): Timestamp {
  if (utc.length === '2026-11-20T11:59:47.434302Z'.length) return utc;
  return `${utc.slice(0, 19)}.${utc.slice(20, -1).slice(0, 6).padEnd(6, '0')}Z`;
}

/** Of every year with four digits; an offset may carry the last of them beyond. */
const EQUAL_WIDTH = 24;

/** Date.parse accepts February 30 and 24:00 and rolls them over; a time that is none must be refused. */
function isOnTheCalendar(time: string): boolean {
  return new Date(`${time}Z`).toISOString().startsWith(time);
}

/** `Z`, or an offset as `Date.parse` reads it: `+02` and `+0200` are `+02:00`. */
function withColon(offset: string): string {
  if (offset.length === 1) return 'Z';
  return `${offset.slice(0, 3)}:${offset.slice(3).replace(':', '') || '00'}`;
}

/** A moment given in milliseconds since the epoch. */
export function timestampAt(ms: number): Timestamp {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since the epoch, with the microseconds as its fraction. */
export function epochMs(moment: Timestamp): number {
  return Date.parse(moment.slice(0, DAY)) + microsOfDay(moment) / 1_000;
}

/** Microseconds since the epoch; of a moment after 2255, a number cannot tell them apart. */
export function epochMicros(moment: Timestamp): bigint {
  return BigInt(Date.parse(moment.slice(0, DAY))) * 1_000n + BigInt(microsOfDay(moment));
}

/** Milliseconds from one moment to another, exact to the microsecond. */
export function msBetween(from: Timestamp, to: Timestamp): number {
  const days = from.startsWith(to.slice(0, DAY))
    ? 0
    : Date.parse(to.slice(0, DAY)) - Date.parse(from.slice(0, DAY));
  return (days * 1_000 + microsOfDay(to) - microsOfDay(from)) / 1_000;
}

/** Characters of `2026-11-20`. */
const DAY = 10;

/** Microseconds since midnight. By the digits, because a request has two moments and a day millions of requests. */
function microsOfDay(moment: Timestamp): number {
  const minutes = digits(moment, 11, 13) * 60 + digits(moment, 14, 16);
  return (minutes * 60 + digits(moment, 17, 19)) * 1_000_000 + digits(moment, 20, 26);
}

function digits(text: string, from: number, until: number): number {
  let number = 0;
  for (let at = from; at < until; at += 1) number = number * 10 + text.charCodeAt(at) - ZERO;
  return number;
}

const ZERO = 48;
