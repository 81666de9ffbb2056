import type { HttpStats } from '../http/http-client.js';
import type { Row } from '../streams/field.js';
import type { Partition, Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';
import type { CheckResult } from './check-result.js';
import type { DistinctValues } from './estimate.js';

/** The records of about one page. */
export type Batch = readonly Row[];

/** One partition being read. Its batches come once, in the order of time and then of the key. */
export interface PartitionReading {
  readonly partition: Partition;
  readonly batches: AsyncIterable<Batch>;
}

/**
 * Partitions of one stream and one project that are read together, because one call answers for all of them.
 */
export interface Reading {
  readonly partitions: readonly [Partition, ...Partition[]];
  /** Calls it takes at the least; a busy day of requests takes one more for each thousand. */
  readonly calls: number;
  /** Yields every partition once, in order; each must be read to its end before the next one is asked for. */
  open(signal: AbortSignal): AsyncIterable<PartitionReading>;
}

/** What is wanted of one stream and project. `days` is empty for a snapshot. */
export interface Wanted {
  readonly stream: Stream;
  readonly project: Project;
  readonly days: readonly Day[];
}

/** What a source noticed and did not fail for. */
export interface SourceFindings {
  /** Records that could not be understood, by stream, with the first as an example. */
  readonly rejected: ReadonlyMap<string, { readonly count: number; readonly example: string }>;
  /** Fields that the source has and we do not know, by stream. */
  readonly unknownFields: ReadonlyMap<string, readonly string[]>;
  readonly warnings: readonly string[];
}

export interface Source {
  /** As it is called within a sentence: `Deepgram`, `the archive out/ndjson`. */
  readonly name: string;
  /** Readings that it can serve at once. */
  readonly parallel: number;
  /** What it has asked of the network so far. */
  readonly traffic: HttpStats;
  /** The projects of this job, in the order of their ids. */
  projects(signal: AbortSignal): Promise<readonly Project[]>;
  /** The oldest day that can still be read of a stream; undefined where there is no such limit. */
  oldestDay(stream: Stream): Day | undefined;
  /**
   * When its records of a partition were read, in milliseconds since the epoch, or somewhat later; undefined for a
   * partition that it does not have. Left out where they are what is now.
   */
  asOf?(partition: Partition): number | undefined;
  /** Cuts what is wanted into readings. Calls nobody. */
  plan(wanted: Wanted): readonly Reading[];
  /** Tries what a run would do, as cheaply as it can be tried. */
  check(streams: readonly Stream[], signal: AbortSignal): Promise<readonly CheckResult[]>;
  /**
   * How many different values the fields of its records have, as far as a few calls can tell. Left out where none can.
   * What cannot be read is left out of the answer.
   */
  distinctValues?(projects: readonly Project[], signal: AbortSignal): Promise<DistinctValues>;
  findings(): SourceFindings;
  close(): Promise<void>;
}
