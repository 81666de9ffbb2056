import type { Findings } from '../../../src/deliver/tally/findings.js';
import { isJsonObject } from '../../../src/text/json-object.js';
import type { Day } from '../../../src/time/day.js';
import type { Timestamp } from '../../../src/time/timestamp.js';
import {
  booleanOf,
  dayOf,
  type Json,
  modelIdsOf,
  numberOf,
  textOf,
  textsOf,
  timestampOf,
  timestampOrDayOf,
} from './tolerant-json.js';

/**
 * Reads the fields of a record. What is not given (`null`, left out, `""`) is null; so is what is given in
 * a form that we do not know, and that is counted by its field, so that nothing turns to null in silence.
 */
export class FieldReader {
  readonly #stream: string;
  readonly #findings: Findings;
  readonly #record: unknown;

  constructor(stream: string, findings: Findings, record: unknown) {
    this.#stream = stream;
    this.#findings = findings;
    this.#record = record;
  }

  /** @param field as the source has it, with those that it is in: `response.details.usd` */
  number(value: unknown, field: string): number | null {
    return numberOf(value) ?? this.#missing(value, field);
  }

  /** A whole number that a column of whole numbers can hold, and JSON has kept all digits of. */
  integer(value: unknown, field: string): number | null {
    const number = numberOf(value);
    return number !== null && Number.isSafeInteger(number) ? number : this.#missing(value, field);
  }

  boolean(value: unknown, field: string): boolean | null {
    return booleanOf(value) ?? this.#missing(value, field);
  }

  text(value: unknown, field: string): string | null {
    return textOf(value) ?? this.#missing(value, field);
  }

  /** A moment. A day without its time is none. */
  timestamp(value: unknown, field: string): Timestamp | null {
    return timestampOf(value) ?? this.#missing(value, field);
  }

  /** A moment, or the first one of a day. */
  timestampOrDay(value: unknown, field: string): Timestamp | null {
    return timestampOrDayOf(value) ?? this.#missing(value, field);
  }

  /** The UTC day that a value begins with. */
  day(value: unknown, field: string): Day | null {
    return dayOf(value) ?? this.#missing(value, field);
  }

  texts(value: unknown, field: string): readonly string[] | null {
    return this.#list(value, textsOf(value), field);
  }

  modelIds(value: unknown, field: string): readonly string[] | null {
    return this.#list(value, modelIdsOf(value), field);
  }

  /** An object; `false` and an empty list stand for none, too. */
  object(value: unknown, field: string): Json | undefined {
    if (isJsonObject(value)) return value;
    if (!isEmpty(value)) this.#missing(value, field);
    return undefined;
  }

  /** The objects of a list; none where there is no list. */
  objects(value: unknown, field: string): readonly Json[] {
    if (Array.isArray(value)) {
      const items: readonly unknown[] = value;
      if (items.every(isJsonObject)) return items;
      return items.map((item) => this.object(item, field)).filter((item) => item !== undefined);
    }
    if (!isEmpty(value)) this.#missing(value, field);
    return NONE;
  }

  /** The sum of a whole number of many objects; null where none gives it, or one gives it in an unknown form. */
  sum(items: readonly Json[], name: string, field: string): number | null {
    let sum: number | null = null;
    for (const item of items) {
      const value = item[name];
      if (!isGiven(value)) continue;
      const number = this.integer(value, field);
      if (number === null) return null;
      sum = (sum ?? 0) + number;
    }
    return sum === null ? null : this.integer(sum, field);
  }

  /** What of a list could be read; null where that is nothing, although something was given. */
  #list(value: unknown, read: readonly string[] | null, field: string): readonly string[] | null {
    if (read === value) return read;
    if (read === null) return this.#missing(value, field);
    if (!Array.isArray(value)) return read;
    const given = value.filter(isGiven).length;
    if (read.length >= given) return read;
    this.#missing(value, field);
    return read.length > 0 ? read : null;
  }

  #missing(value: unknown, field: string): null {
    if (isGiven(value)) this.#findings.unknownForm(this.#stream, field, value, this.#record);
    return null;
  }
}

const NONE: readonly Json[] = [];

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0)
  );
}
