import type { Failure } from '../errors/export-error.js';
import type { Row } from '../streams/field.js';
import type { Partition, Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';
import type { CheckResult } from './check-result.js';
import type { ProjectCosts } from './costs.js';
import type { Estimate, EstimateInput } from './estimate.js';
import type { PartitionCheckpoint } from './partition-checkpoint.js';

/** Records that were not delivered, and why; `example` shows one of them. */
export interface Refusal {
  readonly reason: string;
  readonly count: number;
  readonly example?: string;
}

/**
 * What a sink says after a partition, counted in records of that partition.
 * `accepted + rejected + skipped` is what was written to it.
 */
export interface Receipt {
  readonly accepted: number;
  /**
   * Records that the receiver refused. They make the run fail. A sink that replaces gets their day again with the
   * next run; to one that appends they have been sent, and are not sent again.
   */
  readonly rejected: readonly Refusal[];
  /** Records that were left out on purpose, such as points that the receiver is known to drop. */
  readonly skipped: readonly Refusal[];
}

/** What a sink says at its end about the run as a whole. */
export interface ClosingReport {
  /** Facts for the summary, in a reader's words: `{ 'distinct series': 412 }`. */
  readonly facts: Readonly<Record<string, number | string>>;
  /** Sentences for the summary that the user should act upon. */
  readonly notes: readonly string[];
  /**
   * Records that may be there twice, since a call got no answer and they were sent again. Default: none, which is right
   * for a sink that replaces.
   */
  readonly inDoubt?: number;
}

/** What a sink holds of a partition. */
export interface HeldPartition {
  readonly records: number;
  /** By the names of the fields that the stream wants to be summed. */
  readonly sums: Readonly<Record<string, number>>;
}

/** How the run went so far, for a sink that reports about the run itself. */
export interface RunSoFar {
  readonly records: number;
  readonly partitions: number;
  readonly failedPartitions: number;
  readonly calls: number;
  readonly retries: number;
  readonly elapsedMs: number;
  /** What the projects have cost, for sinks that want it. Left out where no sink does, and after an interrupt. */
  readonly costs?: readonly ProjectCosts[];
  /** Which part of the work this run did, where others do the rest, such as `2/3`. Left out where it did all of it. */
  readonly shard?: string | undefined;
  /**
   * True where another process sums up the run, and this one did some of its tasks: what is of all of them is left to that
   * one. Default false.
   */
  readonly isPart?: boolean | undefined;
  /** Tasks of workers that share a queue, at the end of this run. Left out where there is none. */
  readonly queue?: QueueSoFar | undefined;
}

/** How many tasks there are, by what becomes of them. */
export interface QueueSoFar {
  /** That wait to be taken, for another try included. */
  readonly waiting: number;
  readonly active: number;
  /** Of those, how many have failed and are tried again. */
  readonly failing: number;
  /** That were given up, and that nobody has done since. */
  readonly dead: number;
  /** Of the oldest one that is not done, in milliseconds; 0 where there is none. */
  readonly oldestMs: number;
}

/**
 * A place that records go to. Its life: `open → prepare → begin → write… → commit | abort → finish → dispose`. Several
 * partitions may be open at once. Every method may throw; an `ExportError` of kind `auth`, `config` or `permanent` ends
 * the sink for this run, any other only the partition.
 */
export interface Sink {
  readonly name: string;
  readonly capabilities: SinkCapabilities;
  /** Reachable? Let in? As close to real work as it can be without leaving a trace. */
  check(signal: AbortSignal): Promise<CheckResult>;
  /** What the records will come to here, for `plan` and `check`. Calls nobody. */
  estimate?(input: EstimateInput): readonly Estimate[];
  /** Called once, before the first {@link begin} of a real run: makes tables, buckets, folders. Default: nothing. */
  prepare?(streams: readonly Stream[], signal: AbortSignal): Promise<void>;
  begin(partition: Partition, signal: AbortSignal): Promise<PartitionWriter>;
  /**
   * True where nothing is there, although the state may say otherwise: somebody has removed it. Left out where
   * that cannot be told.
   */
  isEmpty?(): Promise<boolean>;
  /**
   * What it holds of these partitions of a stream and project (null is the snapshot), by one cheap look at each; what is
   * not there is left out. Changes nothing. Left out where the receiver cannot be asked.
   */
  held?(
    stream: Stream,
    project: Project,
    days: readonly (Day | null)[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Day | null, HeldPartition>>;
  /**
   * For append sinks that can tell: which of these records are there already. Asked only after a crash, about
   * records that were on their way, and where it is not known any more what was sent.
   */
  holds?(partition: Partition, keys: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>>;
  /**
   * Called once at the end of a real run, also of one that was interrupted: stitches files, sends what is aggregated
   * over partitions, and says what the run came to. Of a run that several processes share ({@link RunSoFar.isPart}) it may
   * be called after each task, one call after the other, also while others write: what it says is of all that this sink has got. Default: nothing.
   */
  finish?(run: RunSoFar, signal: AbortSignal): Promise<ClosingReport>;
  /**
   * Frees what opening made: connections, timers, handles. Called once, always, also where nothing else was, after a
   * failure or an interrupt. Delivers nothing. Default: nothing.
   */
  dispose?(): Promise<void>;
}

export interface SinkCapabilities {
  /**
   * `replace`: committing a partition again leaves the same as committing it once.
   * `append`: what is written twice is there twice.
   */
  readonly delivery: 'replace' | 'append';
  /**
   * Days back from now, today included, that are read for this sink where nobody has chosen a window and a state
   * remembers what it has. Default: those of the window.
   */
  readonly historyDays?: number | undefined;
  /** Partitions that may be open at once, at most. Default: as many as the source reads at once. */
  readonly maxOpenPartitions?: number | undefined;
  /** True for a sink that reports in `finish` what the projects have cost. Default: false. */
  readonly wantsCosts?: boolean | undefined;
  /**
   * Whether several processes may deliver different partitions to it at once, each with a sink of its own.
   * `each`: they may, and each finishes for itself. `last`: they may, and {@link Sink.finish} puts together what all of
   * them have delivered, so that whoever is the last finishes. Default: one process alone.
   */
  readonly sharing?: 'each' | 'last' | undefined;
  /** False for a stream that this sink has no use for: it is not given any partition of it. Default: all are accepted. */
  accepts?(stream: Stream): boolean;
}

/** Either {@link commit} or {@link abort} is called, once, and nothing after it. */
export interface PartitionWriter {
  /**
   * Resolves when it can take more: that is the backpressure. The batch must not be kept or changed. An append sink
   * resolves only when the receiver has acknowledged the records: they are then known to be there, but for those that it
   * resolves with, which were refused or left out. Neither is sent again.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most sinks have nothing to say, and other people's say nothing
  write(batch: readonly Row[]): Promise<void | readonly Row[]>;
  /**
   * After it, the sink holds exactly this partition.
   *
   * @param checkpoint what a sink may write in the same transaction, where it can. Default: nothing.
   */
  commit(checkpoint?: PartitionCheckpoint): Promise<Receipt>;
  /** As if it had never begun. Must not throw for what is already gone. */
  abort(reason: Failure): Promise<void>;
}
