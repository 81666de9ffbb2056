import { type Columns, fieldsOf } from './column.js';
import type { Field, Row } from './field.js';

/** One kind of record, described once. */
export interface Stream {
  /** `requests`, `usage_by_endpoint`, … : folder, file, table and option name. Nobody takes it apart. */
  readonly name: string;
  /** The type of the source that it belongs to: `deepgram`. */
  readonly source: string;
  /** What its records are about, in the source's word: `usage` for `usage_by_endpoint`. */
  readonly kind: string;
  /** What its records are broken down by: `['endpoint']`. Empty where they are not. */
  readonly groupings: readonly string[];
  readonly description: string;
  /** What people ask it, and what to mind: a sentence or two for whoever opens its table. Left out where none is needed. */
  readonly use?: string;
  /** `day`: a partition is a UTC day; `snapshot`: one partition with what is there now. */
  readonly partitionedBy: 'day' | 'snapshot';
  /** The fields that tell two records of a stream apart. */
  readonly key: readonly string[];
  readonly fields: readonly Field[];
  /** Measures whose sums are remembered of each reading of a day, so that a later one can be held against it. */
  readonly sums: readonly string[];
  /**
   * Records of a kind that are counted in each reading of a day, and remembered beside the sums: `{ lost: … }`. Left out
   * where there are none.
   */
  readonly counts?: Readonly<Record<string, (row: Row) => boolean>>;
  /**
   * Streams whose readings it is made of, without reading anything itself: a day of it is due when one of them was read.
   * Left out where it is read itself.
   */
  readonly derivedFrom?: readonly Stream[];
  /**
   * On how many days after the one that was read it is made of that as well, by the names of streams that it is made of.
   * Default: on none.
   */
  readonly derivedAfter?: Readonly<Record<string, number>>;
  /** Names of streams that it would be made of as well, and that are switched off. Default: none. */
  readonly derivedWithout?: readonly string[];
  /** What the summary of a run says of it. Left out where that is nothing. */
  readonly spent?: Spent;
  /**
   * True where nothing of a day can have changed while the source says the same of the whole day, as with breakdowns of
   * totals. Default false: a day that is not over is read with every run.
   */
  readonly followsTotals?: boolean;
  /**
   * True for a snapshot that also has what records name and no list has: it is whole when all records have been read that it
   * has to do with, whoever reads them. Default false.
   */
  readonly hasWhatRecordsName?: boolean;
  /** True where a day can only be read while it lasts, so that what was read of it is final. Default false. */
  readonly observedOnly?: boolean;
}

/** How a stream tells what was spent: a measure in dollars or hours. */
export interface Spent {
  readonly measure: string;
  /**
   * The fields that name what it was spent on; the first that has a value counts. Left out where the records are totals.
   */
  readonly on?: readonly string[];
}

/** A stream as it is written down: its columns by their names, and what else is not the default. */
export interface StreamDefinition<Own extends Columns>
  extends Omit<Stream, 'groupings' | 'key' | 'fields' | 'sums'> {
  readonly columns: Own;
  readonly key: readonly (keyof Own & string)[];
  /** Default: none. */
  readonly groupings?: readonly string[];
  /** Default: none. */
  readonly sums?: readonly (keyof Own & string)[];
}

/**
 * Makes a stream of its definition.
 *
 * @example
 * const orders = defineStream({
 *   source: 'shop', kind: 'orders', name: 'orders', description: 'Orders', partitionedBy: 'day', key: ['id'],
 *   columns: { id: required(text('Id of the order')), total_usd: real('What it cost', 'dollar') },
 * });
 */
export function defineStream<Own extends Columns>(definition: StreamDefinition<Own>): Stream {
  const { columns, groupings = [], sums = [], ...rest } = definition;
  return { ...rest, groupings, sums, fields: fieldsOf(columns) };
}

/** How a record is shown to people: by its key. */
export function recordName(row: Row, { key }: Stream): string {
  return key.map((name) => JSON.stringify(row[name] ?? null)).join(' ');
}

/** Fields of a key that are the same in all records of a partition. */
export const PARTITION_FIELDS: ReadonlySet<string> = new Set(['project_id', 'date']);
