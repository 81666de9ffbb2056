import type { CheckResult } from '../catalogue/check-result.js';
import type { ClosingReport, HeldPartition, RunSoFar, Sink } from '../catalogue/sink.js';
import type { AppendJournal } from '../checkpoints/journal/append-journal.js';
import { ExportError, type Failure, failureOf, kindOf } from '../errors/export-error.js';
import type { Log } from '../log/log.js';
import {
  calledPartition,
  type Partition,
  type Project,
  partitionName,
  partitionWords,
} from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';
import { withDeadline } from '../time/limits.js';
import { AppendWriter, type LeftRecords } from './append-writer.js';
import { type LaneTarget, LaneWriter } from './lane-writer.js';
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
  /** `leave`: what was delivered and is not there any more is left so. Default: it is delivered again. */
  readonly missing?: 'deliver' | 'leave' | undefined;
  readonly log: Log;
  /** Waits until no other process finishes the sink, and does it then. Left out where that cannot be told. */
  readonly finishAlone?: FinishAlone | undefined;
  /** What append sinks have already. Without it, a sink that only appends gets everything again with each run. */
  readonly journal?: AppendJournal | undefined;
}

/** Does something while no other process does it. */
export type FinishAlone = (work: () => Promise<void>, signal: AbortSignal) => Promise<void>;

/** Partitions that may fail one after the other before the sink is left alone for the rest of the run. */
const MAX_FAILURES_IN_A_ROW = 3;

/** Freeing what a sink holds is given this long, in milliseconds: the run must be able to end. */
const DISPOSE_MS = 10_000;

/** One sink within one run: its deadline, its failures and what it has taken, apart from all other sinks. */
export class SinkLane {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly deadlineMs: number;
  readonly #sink: Sink;
  readonly #options: SinkLaneOptions;
  readonly #tally = new SinkTally();
  #failuresInARow = 0;
  /** Calls of the sink that have not ended. */
  #calls = 0;
  /** Kinds of failures that were said. */
  readonly #said = new Set<string>();
  #gaveUp: Failure | undefined;
  /** Why it could not be prepared. */
  #unprepared: Failure | undefined;
  /** False once it could not say what it holds: it is not asked for the next of a thousand projects. */
  #tellsWhatItHolds = true;
  /** Of partitions that began anew and cannot be taken back, by their names. */
  readonly #left = new Map<string, LeftRecords>();
  #report: ClosingReport = { facts: {}, notes: [] };
  #finished: Promise<void> = Promise.resolve();

  constructor(options: SinkLaneOptions) {
    this.name = options.sink.name;
    this.type = options.type;
    this.required = options.required;
    this.deadlineMs = options.deadlineMs;
    this.#sink = options.sink;
    this.#options = options;
  }

  /** True for a sink where what is written twice is there twice. */
  get appends(): boolean {
    return this.#sink.capabilities.delivery === 'append';
  }

  /** See `SinkCapabilities`. */
  get sharing(): 'each' | 'last' | undefined {
    return this.#sink.capabilities.sharing;
  }

  get historyDays(): number | undefined {
    return this.#sink.capabilities.historyDays;
  }

  /** True while something is asked of the sink. */
  get isBusy(): boolean {
    return this.#calls > 0;
  }

  /** Undefined where the sink cannot tell. */
  get estimate(): Sink['estimate'] {
    return this.#sink.estimate?.bind(this.#sink);
  }

  get maxOpenPartitions(): number {
    return this.#sink.capabilities.maxOpenPartitions ?? Number.POSITIVE_INFINITY;
  }

  get wantsCosts(): boolean {
    return this.#sink.capabilities.wantsCosts ?? false;
  }

  wants(stream: Stream): boolean {
    const { streams } = this.#options;
    if (streams && !streams.includes(stream.name)) return false;
    return this.#sink.capabilities.accepts?.(stream) ?? true;
  }

  /** True where its destination is known to hold nothing, and should hold something. */
  async isEmpty(): Promise<boolean> {
    if (this.#options.missing === 'leave') return false;
    const unhurried = new AbortController().signal;
    const look = async () => (await this.#sink.isEmpty?.()) ?? false;
    return withDeadline(`Looking into ${this.name}`, this.deadlineMs, unhurried, look).catch((error) => {
      this.#options.log.warn(`${this.name}: ${failureOf(error).message}`);
      return false;
    });
  }

  /**
   * What it holds of these partitions of a stream and project; undefined where that cannot be known, or is not to
   * matter.
   */
  async held(
    stream: Stream,
    project: Project,
    days: readonly (Day | null)[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Day | null, HeldPartition> | undefined> {
    const { missing, log } = this.#options;
    if (missing === 'leave' || this.#sink.held === undefined || !this.#tellsWhatItHolds) return undefined;
    const what = `Looking for ${calledPartition(stream.name, project, null)} in`;
    const look = async (either: AbortSignal) => {
      const held = await this.#sink.held?.(stream, project, days, either);
      // Other people's sinks may answer anything.
      if (!(held instanceof Map)) throw noMap();
      return held;
    };
    return this.#call(what, signal, look).catch((error) => {
      this.#tellsWhatItHolds = false;
      const failure = failureOf(error);
      if (failure.kind !== 'interrupted') log.warn(`${this.name}: ${failure.message}`);
      return undefined;
    });
  }

  /** Throws what the sink throws, and where it takes too long. */
  check(signal: AbortSignal): Promise<CheckResult> {
    return this.#call('Checking', signal, (either) => this.#sink.check(either));
  }

  /** Once, before the first partition. A sink that cannot be prepared gets none. */
  async prepare(streams: readonly Stream[], signal: AbortSignal): Promise<void> {
    const wanted = streams.filter((stream) => this.wants(stream));
    try {
      await this.#call('Preparing', signal, async (either) => this.#sink.prepare?.(wanted, either));
    } catch (error) {
      const failure = failureOf(error);
      this.#tally.failedBeside(failure);
      this.#unprepared = failure;
      this.#giveUp(failure);
    }
  }

  /** The same sink, prepared as it is, in a lane that has taken nothing yet: for tasks that are told of by themselves. */
  anew(): SinkLane {
    const lane = new SinkLane(this.#options);
    lane.#gaveUp = this.#unprepared;
    return lane;
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
    const name = partitionWords(partition);
    const end = new AbortController();
    const whole = AbortSignal.any([signal, end.signal]);
    const call = <T>(what: string, operation: (signal: AbortSignal) => Promise<T>) =>
      this.#call(`${what} ${name} in`, whole, operation);
    let beginning: Promise<LaneTarget> | undefined;
    try {
      const writer = await call('Beginning', () => {
        beginning = this.#begin(partition, whole, isLastReading);
        return beginning;
      });
      return new LaneWriter(this.name, writer, call, {
        committed: (receipt) => {
          this.#tally.committed(partition, receipt);
          this.#failuresInARow = 0;
        },
        left: (receipt) => {
          this.#tally.left(receipt);
        },
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

  /** A partition that another process is delivering to it. */
  leftToOthers(): void {
    this.#tally.leftToOthers += 1;
  }

  /**
   * One that puts together what all have delivered does it alone: of several, the last one has all. Of parts of a run that end at the
   * same time the sink hears one after the other, so that what it says last is of all of them.
   */
  finish(run: RunSoFar, signal: AbortSignal): Promise<void> {
    this.#finished = this.#finished.then(() => this.#finish(run, signal));
    return this.#finished;
  }

  async #finish(run: RunSoFar, signal: AbortSignal): Promise<void> {
    const { finishAlone } = this.#options;
    const finish = async () => {
      const report = await this.#call('Finishing', signal, async (either) =>
        this.#sink.finish?.(run, either),
      );
      this.#report = report ?? this.#report;
    };
    try {
      await (this.sharing === 'last' && run.shard && finishAlone ? finishAlone(finish, signal) : finish());
    } catch (error) {
      const failure = failureOf(error);
      this.#tally.failedBeside(failure);
      // Of one that was given up, that is the same trouble, and was said.
      if (!this.#gaveUp) this.#options.log.error(`${this.name}: ${failure.message}`);
    }
  }

  /** Frees what opening the sink made, whatever became of it. Does not throw, and does not wait for ever. */
  async dispose(): Promise<void> {
    const unhurried = new AbortController().signal;
    const limitMs = Math.min(this.deadlineMs, DISPOSE_MS);
    await withDeadline(`Disposing of ${this.name}`, limitMs, unhurried, async () =>
      this.#sink.dispose?.(),
    ).catch((error) => this.#options.log.warn(`${this.name}: ${failureOf(error).message}`));
  }

  outcome(): SinkOutcome {
    const { inDoubt = 0, ...report } = this.#report;
    const told = this.#tally.result();
    return {
      name: this.name,
      type: this.type,
      required: this.required,
      sends_once: this.appends && this.#options.journal !== undefined,
      ...told,
      ...report,
      in_doubt: told.in_doubt + inDoubt,
    };
  }

  async #begin(partition: Partition, signal: AbortSignal, isLastReading: boolean): Promise<LaneTarget> {
    const writer = await this.#sink.begin(partition, signal);
    const { sink, journal, log } = this.#options;
    if (!this.appends || !journal) return writer;
    const onDoubt = (records: number) => {
      this.#tally.inDoubt += records;
    };
    const name = partitionName(partition);
    const left = this.#left.get(name) ?? { delivered: 0, undelivered: 0 };
    this.#left.set(name, left);
    const own = { log, signal, onDoubt, isLastReading, left };
    return new AppendWriter({ writer, sink, partition, journal, ...own });
  }

  /** Asks the sink to do something, under its deadline. */
  #call<T>(what: string, signal: AbortSignal, operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#calls += 1;
    return withDeadline(`${what} ${this.name}`, this.deadlineMs, signal, operation).finally(() => {
      this.#calls -= 1;
    });
  }

  #failed(partition: Partition, error: unknown): void {
    const failure = failureOf(error);
    this.#tally.failed(partition, failure);
    // Partitions that were open when it was given up fail with it; that is one trouble, said once.
    if (failure.kind === 'interrupted' || this.#gaveUp) return;
    this.#failuresInARow += 1;
    const isFirst = !this.#said.has(kindOf(failure));
    this.#said.add(kindOf(failure));
    // One trouble is said once: how many partitions it was is said at the end of the run.
    this.#options.log[isFirst ? 'error' : 'debug'](
      `${this.name}: ${partitionWords(partition)} failed: ${failure.message}`,
    );
    if (isLasting(failure) || this.#failuresInARow >= MAX_FAILURES_IN_A_ROW) this.#giveUp(failure);
  }

  #giveUp(failure: Failure): void {
    this.#gaveUp = failure;
    this.#options.log.error(`${this.name} is left alone for the rest of this run; the other sinks go on.`);
  }
}

function noMap(): ExportError {
  return new ExportError('SINK_FAILED', 'What it said to hold is no map by days.', {
    kind: 'permanent',
    hint: 'Mend the sink’s `held`, or leave it out.',
  });
}

/** True where trying the next partition would only meet the same trouble. */
function isLasting(failure: Failure): boolean {
  return failure.code === 'SINK_DEADLINE' || ['auth', 'config', 'permanent', 'bug'].includes(failure.kind);
}
