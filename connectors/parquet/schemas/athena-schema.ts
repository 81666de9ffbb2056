import type { Field, FieldType } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { athenaTable } from '../../ndjson/schemas/athena-schema.js';
import { isMoney, MONEY_PRECISION, MONEY_SCALE } from '../file/money.js';

/** As the files have them: an engine that is told another type refuses the file. */
const TYPES = {
  string: 'string',
  integer: 'bigint',
  real: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  strings: 'array<string>',
} as const satisfies Record<FieldType, string>;

/** A table over a stream's files. */
export function athenaSchema(stream: Stream): string {
  return athenaTable(stream, typeOf, 'STORED AS PARQUET');
}

function typeOf(field: Field): string {
  return isMoney(field) ? `decimal(${MONEY_PRECISION},${MONEY_SCALE})` : TYPES[field.type];
}
