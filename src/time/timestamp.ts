/**
 * A moment in UTC with microseconds, always in this one form: `2026-11-20T11:59:47.434302Z`. Kept as text
 * because a JavaScript date has milliseconds only; equal width, so moments compare as text.
 */
export type Timestamp = string;

const FORM = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Reads an ISO 8601 date and time; a missing offset means UTC, digits beyond the microsecond are cut.
 * Undefined for what is no time.
 */
export function parseTimestamp(text: string): Timestamp | undefined {
  const [, day, time, fraction = '', offset = 'Z'] = FORM.exec(text) ?? [];
  if (day === undefined || time === undefined) return undefined;
  const ms = Date.parse(`${day}T${time}${offset === 'Z' ? 'Z' : withColon(offset)}`);
  if (Number.isNaN(ms)) return undefined;
  const seconds = new Date(ms).toISOString();
  // Date.parse accepts February 30 and rolls it over; a time that is none must be refused.
  if (offset === 'Z' && seconds.slice(0, 19) !== `${day}T${time}`) return undefined;
  return `${seconds.slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}

function withColon(offset: string): string {
  return offset.includes(':') ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`;
}

/** A moment given in milliseconds since the epoch. */
export function timestampAt(ms: number): Timestamp {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since the epoch, with the microseconds as its fraction. */
export function epochMs(moment: Timestamp): number {
  return Date.parse(`${moment.slice(0, 23)}Z`) + Number(moment.slice(23, 26)) / 1_000;
}

/** Milliseconds from one moment to another, exact to the microsecond. */
export function msBetween(from: Timestamp, to: Timestamp): number {
  const wholeMs = Date.parse(`${to.slice(0, 23)}Z`) - Date.parse(`${from.slice(0, 23)}Z`);
  return (wholeMs * 1_000 + Number(to.slice(23, 26)) - Number(from.slice(23, 26))) / 1_000;
}
