import type { Field } from './field.js';

/** One kind of record, described once. */
export interface Stream<Fields extends readonly Field[] = readonly Field[]> {
  /** `requests`, `usage_by_endpoint`, … : folder, file, table and option name. */
  readonly name: string;
  readonly description: string;
  /** `day`: a partition is a UTC day; `snapshot`: one partition with what is there now. */
  readonly partitionedBy: 'day' | 'snapshot';
  /** The fields that tell two records of a stream apart. */
  readonly key: readonly Fields[number]['name'][];
  readonly fields: Fields;
  /** True where a day can only be read while it lasts, so that what was read of it is final. Default false. */
  readonly observedOnly?: boolean;
}

/** Fields of a key that are the same in all records of a partition. */
export const PARTITION_FIELDS: ReadonlySet<string> = new Set(['project_id', 'date']);
