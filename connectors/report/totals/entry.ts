import type { Row, Value } from '../../../src/streams/field.js';
import type { Day } from '../../../src/time/day.js';
import type { ReconciliationRow } from '../../deepgram/streams/reconciliation.js';
import type { Largest } from './largest.js';

/** What is kept of a partition: a line of a file of totals. */
export interface Entry {
  readonly stream: string;
  readonly kind: string;
  readonly groupings: readonly string[];
  /** Null for a snapshot. */
  readonly day: Day | null;
  readonly project_id: string;
  readonly project_name: string | null;
  /** When it was delivered, in milliseconds since the epoch. */
  readonly delivered_at: number;
  readonly records: number;
  /** By the names of the fields that the stream wants to be summed, as `Sink.held` answers them. */
  readonly sums: Readonly<Record<string, number>>;
  /** Of usage and billing. Null values mean what they mean in the records: the source gave none. */
  readonly grouped?: GroupedTotals;
  /** Of requests. */
  readonly requests?: RequestTotals;
  /** Of streams that have few records: all that is not personal. */
  readonly rows?: readonly Row[];
  /** Of the reconciliation. */
  readonly compared?: ComparedDay;
}

/** What was held against each other of a day. */
export interface ComparedDay {
  /** Of those that agree it is enough to know that. */
  readonly equal: readonly (readonly [comparison: string, unit: string, tolerance: number])[];
  /** All others, without what a day shares. */
  readonly others: readonly ComparedRow[];
}

export type ComparedRow = Omit<ReconciliationRow, 'project_id' | 'project_name' | 'date'>;

/** Records of usage or billing without what all of a day share. */
export interface GroupedTotals extends Largest<readonly Value[]> {
  /** Names of the values of a group. */
  readonly dimensions: readonly string[];
  /** Names of the sums of a group, in parts: see `partsIn`. */
  readonly measures: readonly string[];
  /** Where groups of several fields were too many to be kept: those of each field by itself, as many of each. */
  readonly each?: Readonly<Record<string, Largest<readonly Value[]>>>;
}

/** What is counted of requests: all, those that failed, and of the others those that have a cost. */
export type RequestCount = 'requests' | 'error' | 'priced';

/** What is added up of a model, or of a key. */
export const REQUEST_GROUP_SUMS = ['cost_usd', 'requests', 'error', 'audio_seconds'] as const;

export interface RequestTotals {
  readonly counts: Readonly<Record<RequestCount, number>>;
  readonly models: Largest<string | null>;
  readonly keys: Largest<KeyGroup>;
  readonly errors: Largest<readonly [code: number | null, message: string | null]>;
  /** Of requests that did not stream, whose length is the audio's. Pairs of bucket and count. */
  readonly latencies: readonly (readonly [bucket: number, count: number])[];
}

export interface KeyGroup {
  readonly id: string | null;
  readonly name: string | null;
  /** When it made its last request of the day. */
  last: string;
}

/** Changes with what an entry says: an older one counts as not there, and its day is delivered again. */
export const ENTRY_VERSION = 1;
