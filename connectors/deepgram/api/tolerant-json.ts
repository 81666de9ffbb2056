import { isJsonObject } from '../../../src/text/json-object.js';
import { parseTimestamp, type Timestamp } from '../../../src/time/timestamp.js';

/**
 * The forms in which Deepgram writes a value. Answers differ between old and new records, between the
 * specification, the documentation and the SDKs; whatever is none of the known forms reads as null.
 */
export type Json = Readonly<Record<string, unknown>>;

/** An object; `""` and arrays stand for "nothing" in old records. */
export function objectOf(value: unknown): Json | undefined {
  return isJsonObject(value) ? value : undefined;
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Text; the empty string stands for "not given". */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A finite number, also where it is written as text. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

export function timestampOf(value: unknown): Timestamp | null {
  return typeof value === 'string' ? (parseTimestamp(value) ?? null) : null;
}

/** A list of texts: an array, or `""` for none; null where it is missing. What is no text in it is left out. */
export function textsOf(value: unknown): readonly string[] | null {
  if (value === '') return [];
  if (!Array.isArray(value)) return null;
  if (value.every((item) => typeof item === 'string')) return value;
  return value.filter((item) => ['string', 'number', 'boolean'].includes(typeof item)).map(String);
}

/** Model ids: an array, or one text with spaces between them. */
export function modelIdsOf(value: unknown): readonly string[] | null {
  if (typeof value !== 'string') return textsOf(value);
  return value.split(/\s+/).filter((id) => id !== '');
}

/** The sum of one number of many objects; null where none of them gives it. */
export function sumOf(items: readonly unknown[], name: string): number | null {
  let sum: number | null = null;
  for (const item of items) {
    const number = numberOf(objectOf(item)?.[name]);
    if (number !== null) sum = (sum ?? 0) + number;
  }
  return sum;
}
