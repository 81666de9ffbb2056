import type { Day } from '../time/day.js';

/** What the comparisons of a day of a project came to: sums of one stream held against those of another. */
export interface DayComparisons {
  /** How many came to that. */
  readonly equal: number;
  readonly explained: number;
  readonly unknown: number;
  /** Differences for which nothing is known that explains them. */
  readonly unexplained: readonly UnexplainedDifference[];
}

/** Whether what a run has read adds up, of all its projects and days; differences in the order of days and projects. */
export interface Reconciliation extends DayComparisons {
  /** Days on which something was compared, and projects. */
  readonly days: number;
  readonly projects: number;
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
