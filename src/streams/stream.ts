import { type Columns, fieldsOf } from './column.js';
import type { Field } from './field.js';

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
  /** `day`: a partition is a UTC day; `snapshot`: one partition with what is there now. */
  readonly partitionedBy: 'day' | 'snapshot';
  /** The fields that tell two records of a stream apart. */
  readonly key: readonly string[];
  readonly fields: readonly Field[];
  /** Measures whose sums are remembered of each reading of a day, so that a later one can be held against it. */
  readonly sums: readonly string[];
  /**
   * True where nothing of a day can have changed while the source says the same of the whole day, as with breakdowns of
   * totals. Default false: a day that is not over is read with every run.
   */
  readonly followsTotals?: boolean;
  /** True where a day can only be read while it lasts, so that what was read of it is final. Default false. */
  readonly observedOnly?: boolean;
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

/** Fields of a key that are the same in all records of a partition. */
export const PARTITION_FIELDS: ReadonlySet<string> = new Set(['project_id', 'date']);
