import { isJsonObject } from '../../../src/text/json-object.js';
import { type Day, isDay } from '../../../src/time/day.js';
import { parseTimestamp, type Timestamp } from '../../../src/time/timestamp.js';

/**
 * The forms in which Deepgram writes a value. Answers differ between old and new records, between the
 * specification, the documentation and the SDKs; whatever is none of the known forms reads as null. Fields of records
 * are read by a `FieldReader`, which counts these.
 */
export type Json = Readonly<Record<string, unknown>>;

/** An object; `""` and arrays stand for "nothing" in old records. */
export function objectOf(value: unknown): Json | undefined {
  return isJsonObject(value) ? value : undefined;
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Text; the empty string stands for "not given". A whole number is read by its digits, as far as JSON keeps them all. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return Number.isSafeInteger(value) ? String(value) : null;
}

/** True or false, also where it is written as text. */
export function booleanOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  return value === 'true' || value === 'false' ? value === 'true' : null;
}

const DECIMAL = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/** A finite number, also where it is written as text: in decimal digits, for `0x10` is no number of anything. */
export function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

export function timestampOf(value: unknown): Timestamp | null {
  return typeof value === 'string' ? (parseTimestamp(value) ?? null) : null;
}

/** A time, or a day, which then is its first moment in UTC: for what is bought or expires, not for what takes seconds. */
export function timestampOrDayOf(value: unknown): Timestamp | null {
  return typeof value === 'string' && isDay(value) ? midnightOf(value) : timestampOf(value);
}

/** The day of a day or of a time. */
export function dayOf(value: unknown): Day | null {
  const day = typeof value === 'string' ? value.slice(0, 'YYYY-MM-DD'.length) : '';
  return isDay(day) ? day : null;
}

function midnightOf(day: Day): Timestamp {
  return `${day}T00:00:00.000000Z`;
}

/**
 * A list of texts: an array, or one text with spaces between them, as in the documentation's own sample of a request;
 * null where it is missing. What is no text in it is left out.
 *
 * @see https://developers.deepgram.com/docs/using-logs-usage
 */
export function textsOf(value: unknown): readonly string[] | null {
  return listOf(value, (item) => (typeof item === 'boolean' ? String(item) : textOf(item)));
}

/** Model ids: a list of texts, or of models with their `uuid`. */
export function modelIdsOf(value: unknown): readonly string[] | null {
  return listOf(value, (item) => textOf(item) ?? textOf(objectOf(item)?.uuid));
}

function listOf(value: unknown, read: (item: unknown) => string | null): readonly string[] | null {
  if (typeof value === 'string') return JSON_IN_TEXT.test(value) ? null : (value.match(WORDS) ?? []);
  if (!Array.isArray(value)) return null;
  if (value.every((item) => typeof item === 'string')) return value;
  return value.map(read).filter((item) => item !== null);
}

const WORDS = /\S+/g;
/** A list or an object within a text: its words are none. */
const JSON_IN_TEXT = /^\s*[[{]/;
