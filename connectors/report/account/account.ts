import type { Row } from '../../../src/streams/field.js';
import type { Day } from '../../../src/time/day.js';
import type { Histogram } from '../totals/latency-histogram.js';
import type { LoggedRequest } from '../totals/request-log.js';
import type { AccountSums } from './account-sums.js';
import type { ComparisonSumsJson } from './comparison-sums.js';

/** A request with the name of its project. */
export interface ProjectRequest {
  readonly project: string;
  readonly request: LoggedRequest;
}

/** A row of a snapshot or a look, with its project. */
export interface ProjectRow {
  readonly project: string;
  readonly row: Row;
}

/** Days of which there is anything. */
export interface DaysThere {
  readonly first: Day;
  readonly last: Day;
  readonly days: number;
}

/** How much there is of a stream. */
export interface StreamFreshness {
  readonly stream: string;
  /** By project: none of snapshots. */
  readonly projects: Map<string, DaysThere>;
  records: number;
  /** When the latest was delivered, in milliseconds since the epoch. */
  deliveredAt: number;
}

/** How a day of requests went. */
export interface DayQuality {
  requests: number;
  errors: number;
  readonly latencies: Histogram;
}

/** Failed requests of one code and message, of the days of charts. */
export interface ErrorKind {
  readonly code: number | null;
  readonly message: string | null;
  readonly days: Map<Day, number>;
}

/** All that the page says, added up from the totals. */
export type Account = Omit<
  AccountSums,
  'json' | 'addMonth' | 'addDrawnMonth' | 'addSnapshots' | 'compared' | 'errors' | 'streams'
> & {
  readonly compared: ComparisonSumsJson;
  /** Failed requests of the days of charts. */
  readonly errors: readonly ErrorKind[];
  readonly purchases: readonly ProjectRow[];
  readonly keys: readonly ProjectRow[];
  readonly log: { readonly requests: readonly ProjectRequest[]; readonly errors: readonly ProjectRequest[] };
  readonly streams: readonly StreamFreshness[];
};
