import type { Findings } from '../../../src/deliver/tally/findings.js';
import type { Field, Row, Value } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';
import { isDay } from '../../../src/time/day.js';
import { parseTimestamp } from '../../../src/time/timestamp.js';

/** A parsed line of an archive. */
export type ArchiveRecord = Readonly<Record<string, unknown>>;

export type Rebuilt =
  | { readonly row: Row }
  /** What is wrong with the record, as it follows its place. */
  | { readonly trouble: string };

/**
 * The row of a record, with the fields that its stream has now, in their order: one that the record does not have
 * yet is null, and so is a number that its column cannot hold. A record that does not fit, or belongs into another
 * partition, is none.
 */
export function rebuiltRow(
  record: ArchiveRecord,
  { stream, project, day }: Partition,
  findings: Findings,
): Rebuilt {
  const row: Record<string, Value> = {};
  for (const field of stream.fields) {
    const given = record[field.name] ?? (field.name === 'date' ? dayIn(record) : null);
    const isUnfit = field.type === 'integer' && typeof given === 'number' && !Number.isSafeInteger(given);
    if (isUnfit) findings.unknownForm(stream.name, field.name, given, record);
    const value = isUnfit ? null : given;
    if (value === null && field.required) return { trouble: `it has no ${field.name}` };
    if (value !== null && !isOfType(value, field))
      return { trouble: `its ${field.name} is no ${WORDS[field.type]}` };
    row[field.name] = value;
  }
  if (row.project_id !== project.id) return { trouble: 'it is of another project' };
  if (day !== null && dayOf(row) !== day) return { trouble: 'it is of another day' };
  return { row };
}

function isOfType(value: unknown, { type }: Field): value is Value {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
    case 'real':
      return Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && isDay(value);
    case 'timestamp':
      return typeof value === 'string' && parseTimestamp(value) === value;
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    default:
      return type satisfies never;
  }
}

const WORDS = {
  string: 'text',
  integer: 'number',
  real: 'number',
  boolean: 'true or false',
  date: 'day',
  timestamp: 'UTC time with microseconds',
  strings: 'list of texts',
} as const satisfies Record<Field['type'], string>;

/** Older archives have no day beside the moment that it follows from. */
function dayIn(record: ArchiveRecord): string | null {
  const day = dayOf(record);
  return day === '' ? null : day;
}

/** A stream with days is cut by the time of its records, or has a `date`. */
function dayOf(row: ArchiveRecord): string {
  const moment = row.created_at ?? row.date;
  return typeof moment === 'string' ? moment.slice(0, 10) : '';
}
