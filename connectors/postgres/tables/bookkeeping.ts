import { identifier } from './identifier.js';

/** A table of the sink's own, which says what is in the others. */
export interface BookkeepingTable {
  readonly name: string;
  readonly description: string;
  /** Name, type and description of each column. */
  readonly columns: readonly (readonly [name: string, type: string, description: string])[];
  /** What comes behind the columns, in the statement that makes it. */
  readonly unique?: string;
}

/**
 * The form of the tables of this schema. It grows where an older program would do harm: that refuses a schema of a newer
 * one.
 */
export const LAYOUT = 1;

export const layoutTable: BookkeepingTable = {
  name: '_layout',
  description: 'Which program made this schema',
  columns: [
    ['version', 'integer', 'Form of the tables; a program that knows a smaller one only does not write'],
    ['views', 'text', 'A digest of the views as they were made last'],
  ],
};

export const partitionsTable: BookkeepingTable = {
  name: '_partitions',
  description: 'What was delivered: a row for each stream, project and day, or snapshot',
  columns: [
    ['stream', 'text', 'Name of the table'],
    ['project_id', 'text', 'Deepgram project'],
    ['date', 'date', 'UTC day; null for a snapshot'],
    ['records', 'bigint', 'Rows of it'],
    ['unsettled', 'bigint', 'Of these, rows that may still change'],
    ['sums', 'jsonb', 'Sums of the columns that a reading is compared by'],
    ['settled', 'boolean', 'True where none of it is expected to change'],
    ['read_at', 'timestamp with time zone', 'When the run began that read it last'],
    ['run', 'bigint', 'That run, in _runs'],
    [
      'expired_at',
      'timestamp with time zone',
      'When its rows were deleted, as `keep` asks; null where they are here',
    ],
  ],
  unique: "(stream, project_id, coalesce(date, '-infinity'::date))",
};

export const runsTable: BookkeepingTable = {
  name: '_runs',
  description: 'Runs that came to their end, whatever they found',
  columns: [
    ['run', 'bigint', 'Number of the run: when it began, in milliseconds since 1970'],
    ['started_at', 'timestamp with time zone', 'When it began'],
    ['finished_at', 'timestamp with time zone', 'When it ended'],
    ['records', 'bigint', 'Records read'],
    ['partitions', 'bigint', 'Partitions read'],
    ['failed_partitions', 'bigint', 'Partitions that could not be read or delivered'],
    ['rejected', 'bigint', 'Records that this database could not take'],
    ['calls', 'bigint', 'Calls of the source'],
    ['retries', 'bigint', 'Of these, calls that were made again'],
  ],
};

export const bookkeepingTables: readonly BookkeepingTable[] = [layoutTable, partitionsTable, runsTable];

/** `"schema"."_partitions"` */
export function bookkeeping(schema: string, { name }: BookkeepingTable): string {
  return identifier(schema, name);
}
