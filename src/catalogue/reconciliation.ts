import type { Day } from '../time/day.js';

/** Whether what a run has read adds up: sums of one stream held against those of another, by project and day. */
export interface Reconciliation {
  /** Days on which something was compared, and projects. */
  readonly days: number;
  readonly projects: number;
  /** How many comparisons came to that. */
  readonly equal: number;
  readonly explained: number;
  readonly unknown: number;
  /** Differences for which nothing is known that explains them, in the order of days and projects. */
  readonly unexplained: readonly UnexplainedDifference[];
}

export interface UnexplainedDifference {
  readonly date: Day;
  /** Id of the project. */
  readonly project: string;
  /** What was compared, such as `requests`. */
  readonly comparison: string;
  readonly counted: number;
  readonly reported: number;
  readonly difference: number;
  /** Of what is reported; null where that is 0. */
  readonly difference_percent: number | null;
  /** The difference in words, without day and project: `12 requests of 480 in usage are not in the request log`. */
  readonly says: string;
}
