import type { HttpStats } from '../http/http-stats.js';
import type { Row } from '../streams/field.js';
import type { Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';
import type { CheckResult } from './check-result.js';
import type { DailyCosts } from './costs.js';
import type { DistinctValues } from './estimate.js';
import type { DayComparisons } from './reconciliation.js';

/** The records of about one page. */
export type Batch = readonly Row[];

/** Days of a stream and project that one reading serves, because one call answers for all of them. */
export interface Share {
  /** In order; null stands for a snapshot. */
  readonly days: readonly [Day | null, ...(Day | null)[]];
  /** Calls it takes at the least; a busy day takes more. */
  readonly calls: number;
}

/** What is to be read at once. */
export interface ReadRequest {
  readonly stream: Stream;
  readonly project: Project;
  /** Those of a {@link Share}. */
  readonly days: Share['days'];
  /** True where an answer is doubted: nothing that was kept of an earlier one may serve. Default false. */
  readonly again?: boolean;
  /** Of a stream that is made of others: what they came to. Left out for all others. */
  readonly inputs?: Inputs;
}

/** What the last reading of a day that was delivered came to, in this run or in an earlier one. */
export interface InputReading {
  readonly readAtMs: number;
  readonly records: number;
  readonly sums: Readonly<Record<string, number>>;
  /** See `DayReading`. Undefined where an older version of this program has read it. */
  readonly counts?: Readonly<Record<string, number>> | undefined;
  /** Two readings that have the same one saw the same totals of the day. */
  readonly version?: string | undefined;
  /** True where a later reading gave less and was kept back. */
  readonly isKeptBack: boolean;
}

/** Undefined where nothing is known of that day. */
export type Inputs = (stream: Stream, day: Day) => Promise<InputReading | undefined>;

/** One day being read, or the snapshot. Its batches come once, in the order of time and then of the key. */
export interface PartitionReading {
  readonly day: Day | null;
  /** The project as it was called on that day, for sinks. Default: as the request has it. */
  readonly project?: Project;
  readonly batches: AsyncIterable<Batch>;
  /** Records of it that could not be understood. Asked when the batches have ended. Default: none. */
  unreadable?(): number;
  /**
   * True where what is beside its records, such as names, could not be had: the day is to be read again. Asked when the
   * batches have ended. Default: false.
   */
  isProvisional?(): boolean;
  /**
   * True where records that count as settled may still turn out otherwise, such as requests that nobody has answered: the
   * day is not closed by its lookback alone. Asked when the batches have ended. Default: false.
   */
  isUnresolved?(): boolean;
  /**
   * Another reading of the same partition, to be delivered in place of this one; undefined where this one counts. Asked
   * when the batches have ended. Default: this one counts.
   */
  retry?(): PartitionReading | undefined;
  /** Where its records compare things: what that came to. Asked when the batches have ended. Left out elsewhere. */
  comparisons?(): DayComparisons;
}

/** What a source noticed and did not fail for. */
export interface SourceFindings {
  /** Records that could not be understood, by stream, with the first as an example. */
  readonly rejected: ReadonlyMap<string, { readonly count: number; readonly example: string }>;
  /** Fields that the source has and we do not know, by stream. */
  readonly unknownFields: ReadonlyMap<string, readonly string[]>;
  /**
   * Fields that we know in a form that we do not, by stream and by the field's name in the source: how often they could not
   * be read, or not all of them, and what the first was, such as `a list`.
   */
  readonly unknownForms: ReadonlyMap<
    string,
    ReadonlyMap<string, { readonly count: number; readonly example: string }>
  >;
  readonly warnings: readonly string[];
  /** What is not known to be whole although no reading failed: sentences, and the run ends as incomplete. */
  readonly incomplete: readonly string[];
}

/**
 * By project id and day, what changes when something of that day has: the same text twice means that there is nothing new.
 * A day that is not there cannot be judged.
 */
export type DayVersions = ReadonlyMap<string, ReadonlyMap<Day, string>>;

/** What planning asks of a source: calls nobody and changes nothing. */
export interface PlannedSource {
  /** True where it makes derived streams of what it has read. Default false: it reads them like all others. */
  readonly derives?: boolean;
  /** The oldest day that can still be read of a stream; undefined where there is no such limit. */
  oldestDay(stream: Stream): Day | undefined;
  /** Cuts days that are wanted, in order, into what one reading serves. `days` is empty for a snapshot. */
  divide(stream: Stream, project: Project, days: readonly Day[]): readonly Share[];
  /**
   * When its records of a day were read, in milliseconds since the epoch, or somewhat later; undefined for a day that
   * it does not have. Left out where they are what is now.
   */
  readAt?(stream: Stream, project: Project, day: Day): number | undefined;
}

export interface Source extends PlannedSource {
  /** As it is called within a sentence: `Deepgram`, `the archive out/ndjson`. */
  readonly name: string;
  /** Readings that it can serve at once. */
  readonly parallel: number;
  /** True: what its key lacks the permission for is left out and said, and is no failure. Default false. */
  readonly skipsUnavailable?: boolean;
  /** What it has asked of the network so far. */
  readonly traffic: HttpStats;
  /** The projects of this job, in the order of their ids. */
  projects(signal: AbortSignal): Promise<readonly Project[]>;
  /**
   * What a few calls a project can tell about all days of the window, so that only those are read again in which something
   * may have changed. Left out where nothing can tell. Does not throw for what cannot be read: it is left out.
   */
  dayVersions?(projects: readonly Project[], signal: AbortSignal): Promise<DayVersions>;
  /**
   * What a project has cost since `firstCostDay`, by the source's own bill, the present day so far included: in no more
   * than one call, and in none where a reading of the run has asked already. Left out where the source has no bill.
   *
   * @returns with the project as it is called today, for sinks
   * @throws ExportError where it cannot be read, or is not known of one of the days
   */
  dailyCosts?(
    project: Project,
    signal: AbortSignal,
  ): Promise<{ readonly project: Project; readonly days: DailyCosts }>;
  /** Yields every day once, in order; each must be read to its end before the next one is asked for. */
  read(request: ReadRequest, signal: AbortSignal): AsyncIterable<PartitionReading>;
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
