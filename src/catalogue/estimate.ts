import type { Project } from '../streams/partition.js';

/**
 * How many different values the fields of records have: by project id, then by the name of the field. Of a list it is
 * what is in it that is counted; a field that nothing is known of is left out.
 */
export type DistinctValues = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What is known before anything is read. */
export interface EstimateInput {
  readonly projects: readonly Project[];
  readonly values: DistinctValues;
}

/** What that comes to in a sink, such as what its vendor bills by: `custom metrics`, `at most 1,234`. */
export interface Estimate {
  readonly what: string;
  readonly detail: string;
}
