import type { ClosingReport, PartitionWriter, Receipt, RunSoFar, Sink } from '../catalogue/sink.js';
import type { AppendLedger } from '../checkpoints/journal/append-ledger.js';
import { type Failure, failureOf } from '../errors/export-error.js';
import type { Log } from '../report/log.js';
import { type Partition, partitionName } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import { withDeadline } from '../time/deadline.js';
import { appendWriter } from './append-writer.js';
import { LaneWriter } from './lane-writer.js';
import { type SinkOutcome, SinkTally } from './tally/sink-tally.js';

/** A sink as a job uses it. */
export interface SinkLaneOptions {
  readonly sink: Sink;
  readonly type: string;
  /** False: its failure does not make the run fail. */
  readonly required: boolean;
  /** Names of the streams it wants. Default: every stream that it accepts. */
  readonly streams?: readonly string[] | undefined;
  /** Time that one call of the sink may take, in milliseconds. */
  readonly deadlineMs: number;
  readonly log: Log;
  /** What append sinks have already. Without it, a sink that only appends gets everything again with each run. */
  readonly ledger?: AppendLedger | undefined;
}

/** Partitions that may fail one after the other before the sink is left alone for the rest of the run. */
const PATIENCE = 3;

/** One sink within one run: its deadline, its failures and what it has taken, apart from all other sinks. */
export class SinkLane {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly deadlineMs: number;
  readonly #sink: Sink;
  readonly #streams: ReadonlySet<string> | undefined;
  readonly #log: Log;
  readonly #ledger: AppendLedger | undefined;
  readonly #tally = new SinkTally();
  #failuresInARow = 0;
  #gaveUp: Failure | undefined;
  #closing: ClosingReport = { facts: {}, notes: [] };

  constructor(options: SinkLaneOptions) {
    this.name = options.sink.name;
    this.type = options.type;
    this.required = options.required;
    this.deadlineMs = options.deadlineMs;
    this.#sink = options.sink;
    this.#streams = options.streams && new Set(options.streams);
    this.#log = options.log;
    this.#ledger = options.ledger;
  }

  /** True for a sink where what is written twice is there twice. */
  get appends(): boolean {
    return this.#sink.capabilities.delivery === 'append';
  }

  get historyDays(): number | undefined {
    return this.#sink.capabilities.historyDays;
  }

  /** Undefined where the sink cannot tell. */
  get estimate(): Sink['estimate'] {
    return this.#sink.estimate;
  }

  wants(stream: Stream): boolean {
    if (this.#streams && !this.#streams.has(stream.name)) return false;
    return this.#sink.capabilities.accepts(stream.name);
  }

  /** True where its destination is known to hold nothing. */
  async isEmpty(): Promise<boolean> {
    return (await this.#sink.isEmpty?.()) ?? false;
  }

  /**
   * Starts a partition; undefined where the sink is not to be bothered or could not begin.
   *
   * @param isLastReading true where the partition is not read again
   */
  async begin(
    partition: Partition,
    signal: AbortSignal,
    isLastReading = false,
  ): Promise<LaneWriter | undefined> {
    if (this.#gaveUp) {
      this.#tally.failed(partition, this.#gaveUp);
      return undefined;
    }
    const end = new AbortController();
    const whole = AbortSignal.any([signal, end.signal]);
    const call = <T>(what: string, operation: (signal: AbortSignal) => Promise<T>) =>
      withDeadline(`${what} ${partitionName(partition)} in ${this.name}`, this.deadlineMs, whole, operation);
    let beginning: Promise<PartitionWriter> | undefined;
    try {
      const writer = await call('Beginning', () => {
        beginning = this.#begin(partition, whole, isLastReading);
        return beginning;
      });
      return new LaneWriter(this.name, writer, call, {
        committed: (receipt) => this.#committed(receipt),
        failed: (error) => {
          end.abort(error);
          this.#failed(partition, error);
        },
      });
    } catch (error) {
      end.abort(error);
      this.#failed(partition, error);
      // Should it begin after all, when nobody waits for it any more, it must not leave anything behind.
      beginning?.then((writer) => writer.abort(failureOf(error))).catch(() => {});
      return undefined;
    }
  }

  /** A partition that never reached the sink, because the source could not read it. */
  unread(partition: Partition): void {
    this.#tally.unread(partition);
  }

  async close(run: RunSoFar, signal: AbortSignal): Promise<void> {
    try {
      this.#closing = await withDeadline(`Closing ${this.name}`, this.deadlineMs, signal, (either) =>
        this.#sink.close(run, either),
      );
    } catch (error) {
      this.#tally.closeFailure = failureOf(error);
      this.#log.error(`${this.name}: ${this.#tally.closeFailure.message}`);
    }
  }

  outcome(): SinkOutcome {
    return {
      name: this.name,
      type: this.type,
      required: this.required,
      sends_once: this.appends && this.#ledger !== undefined,
      ...this.#tally.result(),
      ...this.#closing,
    };
  }

  async #begin(partition: Partition, signal: AbortSignal, isLastReading: boolean): Promise<PartitionWriter> {
    const writer = await this.#sink.begin(partition, signal);
    if (!this.appends || !this.#ledger) return writer;
    return appendWriter({
      writer,
      sink: this.#sink,
      partition,
      ledger: this.#ledger,
      log: this.#log,
      signal,
      onDoubt: (records) => {
        this.#tally.inDoubt += records;
      },
      isLastReading,
    });
  }

  #committed(receipt: Receipt): void {
    this.#tally.committed(receipt);
    this.#failuresInARow = 0;
  }

  #failed(partition: Partition, error: unknown): void {
    const failure = failureOf(error);
    this.#tally.failed(partition, failure);
    // Partitions that were open when it was given up fail with it; that is one trouble, said once.
    if (failure.kind === 'interrupted' || this.#gaveUp) return;
    this.#failuresInARow += 1;
    this.#log.error(`${this.name}: ${partitionName(partition)} failed: ${failure.message}`);
    if (!isLasting(failure) && this.#failuresInARow < PATIENCE) return;
    this.#gaveUp = failure;
    this.#log.error(`${this.name} is left alone for the rest of this run; the other sinks go on.`);
  }
}

/** True where trying the next partition would only meet the same trouble. */
function isLasting(failure: Failure): boolean {
  return failure.code === 'SINK_DEADLINE' || ['auth', 'config', 'permanent', 'bug'].includes(failure.kind);
}
