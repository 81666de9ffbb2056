import type { SchemaElement } from 'hyparquet-writer';
import type { Field, FieldType, Value } from '../../../src/streams/field.js';
import { storableText } from '../../../src/text/storable-text.js';
import { isDay, startOfDay } from '../../../src/time/day.js';
import { epochMicros, parseTimestamp } from '../../../src/time/timestamp.js';
import { billionths, isMoney, MONEY_PRECISION, MONEY_SCALE } from './money.js';

/** A value as the file has it. */
export type Cell = string | number | bigint | boolean | readonly string[] | null;

/** What kind of column a field is. */
export interface ColumnKind {
  /** What the file says of its type. */
  readonly type: Omit<SchemaElement, 'name'>;
  /** True for a list of such values. Default false. */
  readonly isList?: true;
  /** True where the same values come again and again. Default false. */
  readonly repeats?: true;
  /** A value as the file has it; undefined where it cannot have it. */
  cellOf(value: NonNullable<Value>): Cell | undefined;
  /** What is then wrong with the value: `<field> <words>`. */
  readonly refused: string;
}

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;

const KINDS: Readonly<Record<FieldType, ColumnKind>> = {
  string: {
    type: TEXT,
    repeats: true,
    cellOf: (value) => (typeof value === 'string' ? storableText(value) : undefined),
    refused: 'is no text',
  },
  integer: {
    type: { type: 'INT64' },
    repeats: true,
    cellOf: (value) =>
      Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 63 ? BigInt(value as number) : undefined,
    refused: 'is no whole number of 64 bits',
  },
  real: {
    type: { type: 'DOUBLE' },
    cellOf: (value) => (Number.isFinite(value) ? (value as number) : undefined),
    refused: 'is no number',
  },
  boolean: {
    type: { type: 'BOOLEAN' },
    cellOf: (value) => (typeof value === 'boolean' ? value : undefined),
    refused: 'is neither true nor false',
  },
  date: {
    type: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
    repeats: true,
    cellOf: (value) => (typeof value === 'string' && isDay(value) ? startOfDay(value) / DAY_MS : undefined),
    refused: 'is no day of the calendar',
  },
  timestamp: {
    type: {
      type: 'INT64',
      converted_type: 'TIMESTAMP_MICROS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    },
    cellOf: (value) =>
      typeof value === 'string' && parseTimestamp(value) === value ? epochMicros(value) : undefined,
    refused: 'is no moment in UTC',
  },
  strings: {
    type: TEXT,
    isList: true,
    repeats: true,
    cellOf: (value) =>
      Array.isArray(value) && value.every((one) => typeof one === 'string')
        ? value.map(storableText)
        : undefined,
    refused: 'is no list of texts',
  },
};

const DOLLARS: ColumnKind = {
  type: {
    type: 'INT64',
    converted_type: 'DECIMAL',
    precision: MONEY_PRECISION,
    scale: MONEY_SCALE,
    logical_type: { type: 'DECIMAL', precision: MONEY_PRECISION, scale: MONEY_SCALE },
  },
  cellOf: (value) => (typeof value === 'number' ? billionths(value) : undefined),
  refused: 'is no number of dollars below a billion',
};

const DAY_MS = 86_400_000;

export function kindOf(field: Field): ColumnKind {
  return isMoney(field) ? DOLLARS : KINDS[field.type];
}
