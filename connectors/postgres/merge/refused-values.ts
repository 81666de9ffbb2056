import { IdSet } from '../../../src/checkpoints/journal/id-set.js';
import { recordId, recordKey } from '../../../src/checkpoints/journal/record-key.js';
import type { Field, FieldType, Row, Value } from '../../../src/streams/field.js';
import { type Partition, strayWords } from '../../../src/streams/partition.js';
import { isDay } from '../../../src/time/day.js';
import { parseTimestamp } from '../../../src/time/timestamp.js';
import { hasUniqueKey, tableOf } from '../tables/table.js';

/** Why a record cannot be a row of its table, or undefined where it can. */
export type RefusalOf = (row: Row) => string | undefined;

/**
 * Looks for values that PostgreSQL refuses: within a COPY, one of them would refuse all; so would a key that comes twice,
 * which is looked for in 8 bytes a record. And for records of another partition, which would not be found when theirs is
 * replaced.
 */
export function refusalsIn(partition: Partition): RefusalOf {
  const { stream } = partition;
  const checks = stream.fields.map((field) => [field, CHECKS[field.type]] as const);
  const hasOneEach = hasUniqueKey(tableOf(stream));
  const seen = new IdSet();
  return (row) => {
    const stray = strayWords(partition, row);
    if (stray !== undefined) return stray;
    for (const [field, check] of checks) {
      const value = row[field.name] ?? null;
      if (value === null) {
        if (field.required) return `${field.name} is missing`;
        continue;
      }
      const words = check(value);
      if (words !== undefined) return `${field.name} ${words}`;
    }
    if (!hasOneEach) return undefined;
    const id = recordId(recordKey(stream, row));
    if (seen.has(id)) return 'has the key of a record before it';
    seen.add(id);
    return undefined;
  };
}

type Check = (value: Value) => string | undefined;

const NUL = '\0';
const HAS_NUL = 'has the character U+0000, which PostgreSQL cannot keep';
/** A text may take so many bytes; half, since what is escaped takes two. */
const MAX_TEXT = 500_000_000;

const ofText: Check = (value) => {
  if (typeof value !== 'string') return 'is no text';
  if (value.length > MAX_TEXT) return 'is longer than PostgreSQL can keep';
  return value.includes(NUL) ? HAS_NUL : undefined;
};
const ofNumber: Check = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? undefined : 'is no number';
const LARGEST = 2 ** 63;

const CHECKS: Readonly<Record<FieldType, Check>> = {
  string: ofText,
  integer: (value) =>
    Number.isInteger(value) && Math.abs(Number(value)) < LARGEST
      ? undefined
      : 'is no whole number of 64 bits',
  real: ofNumber,
  boolean: (value) => (typeof value === 'boolean' ? undefined : 'is neither true nor false'),
  date: (value) =>
    typeof value === 'string' && isDay(value) && isOfACalendarYear(value)
      ? undefined
      : 'is no date that PostgreSQL can keep',
  timestamp: (value) =>
    typeof value === 'string' && isOfACalendarYear(value) && parseTimestamp(value) === value
      ? undefined
      : 'is no moment that PostgreSQL can keep',
  strings: (value) => {
    if (!Array.isArray(value)) return 'is no list';
    for (const one of value) {
      const words = ofText(one);
      if (words !== undefined) return words;
    }
    return undefined;
  },
} satisfies Record<Field['type'], Check>;

/** There is no year 0 between 1 BC and 1 AD. */
function isOfACalendarYear(text: string): boolean {
  return !text.startsWith('0000');
}
