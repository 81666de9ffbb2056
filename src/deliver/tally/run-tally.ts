import type { DayComparisons } from '../../catalogue/reconciliation.js';
import type { HeldPartition } from '../../catalogue/sink.js';
import type { Log } from '../../log/log.js';
import type { Task } from '../../plan/task.js';
import type { Unit } from '../../streams/field.js';
import type { Partition } from '../../streams/partition.js';
import type { Stream } from '../../streams/stream.js';
import type { Day } from '../../time/day.js';
import type { CountedFacts } from '../counted-facts.js';
import type { Doubt, GivenDay } from '../doubt.js';
import type { ReadingsOfRun, UnreadDay } from '../readings-of-run.js';
import { ReconciliationTally } from './reconciliation-tally.js';
import { SourceFailures } from './source-failures.js';
import { SpentTally } from './spent-tally.js';

export interface Progress {
  readonly records: number;
  readonly partitions: number;
  readonly plannedPartitions: number;
}

/** What became of one stream in a run. */
export interface StreamOutcome {
  readonly name: string;
  readonly partitions: number;
  readonly failed_partitions: number;
  readonly records: number;
  /**
   * Dollars and hours of the records that were read. Null where none says any, and where the stream breaks down what
   * another one says as a whole.
   */
  readonly cost_usd: number | null;
  readonly hours: number | null;
}

/** A day whose reading gave less than what is delivered, which therefore stays. */
export interface KeptBackDay {
  readonly stream: string;
  /** Id of the project. */
  readonly project: string;
  readonly date: Day;
  readonly why: Doubt;
  readonly delivered: HeldPartition;
  readonly read: GivenDay;
  /** True where a run of the same day has told of it. */
  readonly told_today: boolean;
}

interface RunTallyOptions {
  /** See `Source`. Default false. */
  readonly skipsUnavailable?: boolean | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Notes what the readings came to. */
  readonly readings: ReadingsOfRun;
}

type StreamTally = { -readonly [Key in keyof StreamOutcome]: StreamOutcome[Key] };

/** What a run has read so far, and what of it failed. */
export class RunTally {
  readonly failures: SourceFailures;
  readonly keptBackDays: KeptBackDay[] = [];
  readonly spent = new SpentTally();
  readonly compared = new ReconciliationTally();
  /** Of those that something is made of. */
  readonly unread: UnreadDay[] = [];
  readonly #readings: ReadingsOfRun;
  readonly #onProgress: (progress: Progress) => void;
  readonly #planned: number;
  /** By their names. */
  readonly #streams = new Map<string, StreamTally>();
  /** Also those of partitions that are not read to their end. */
  #records = 0;

  constructor(
    streams: readonly Stream[],
    tasks: readonly Task[],
    log: Log,
    { skipsUnavailable = false, onProgress = () => {}, readings }: RunTallyOptions,
  ) {
    this.failures = new SourceFailures(log, skipsUnavailable);
    this.#readings = readings;
    this.#onProgress = onProgress;
    this.#planned = tasks.reduce((sum, task) => sum + task.partitions.length, 0);
    for (const { name } of streams) {
      const amounts = { cost_usd: null, hours: null };
      this.#streams.set(name, { name, partitions: 0, failed_partitions: 0, records: 0, ...amounts });
    }
  }

  batchRead(records: number): void {
    this.#records += records;
    this.#tell();
  }

  partitionRead(partition: Partition, facts: CountedFacts, comparisons?: DayComparisons): void {
    const { project, day } = partition;
    if (comparisons && day !== null) this.compared.add(project.id, day, comparisons);
    this.spent.add(partition, facts);
    this.#readings.add(partition, facts);
    const stream = this.#streamOf(partition.stream.name);
    stream.partitions += 1;
    stream.records += facts.records;
    stream.cost_usd = plus(stream.cost_usd, costOf(partition.stream), facts);
    stream.hours = plus(stream.hours, hoursOf(partition.stream), facts);
    this.#tell();
  }

  keptBack(day: KeptBackDay): void {
    this.keptBackDays.push(day);
  }

  /** @returns false where that is no failure: the key may not read it, and it is left out */
  taskFailed(task: Task, unread: readonly Partition[], error: unknown): boolean {
    const counts = this.failures.failed(task, unread, error);
    if (!counts) return false;
    this.#streamOf(task.stream).failed_partitions += unread.length;
    for (const partition of unread) this.notRead(partition);
    return true;
  }

  /** What it was to be made of was not read, which is said of that. */
  notMade({ stream }: Partition): void {
    this.#streamOf(stream.name).failed_partitions += 1;
  }

  notRead({ stream, project, day }: Partition): void {
    if (day === null) return;
    const unread = { stream: stream.name, projectId: project.id, day };
    if (this.#readings.miss(unread)) this.unread.push(unread);
  }

  /** Dollars and hours as they were added up; they are rounded where parts are. */
  streamOutcomes(): StreamOutcome[] {
    return [...this.#streams.values()];
  }

  #streamOf(name: string): StreamTally {
    const known = this.#streams.get(name);
    if (!known) throw new Error(`a reading of ${name}, which was not asked for`);
    return known;
  }

  #tell(): void {
    this.#onProgress({
      records: this.#records,
      partitions: [...this.#streams.values()].reduce((sum, stream) => sum + stream.partitions, 0),
      plannedPartitions: this.#planned,
    });
  }
}

/** The sum of a stream that says what is asked, and how many of its unit that is. */
interface Amount {
  readonly sum: string;
  readonly of: number;
}

function costOf(stream: Stream): Amount | undefined {
  return amountIn(stream, 'dollar', 1);
}

function hoursOf(stream: Stream): Amount | undefined {
  return amountIn(stream, 'hour', 1) ?? amountIn(stream, 'second', 3_600);
}

function amountIn({ groupings, sums, fields }: Stream, unit: Unit, of: number): Amount | undefined {
  if (groupings.length > 0) return undefined;
  const sum = sums.find((name) => fields.some((field) => field.name === name && field.unit === unit));
  return sum === undefined ? undefined : { sum, of };
}

/**
 * What no record says is not known, and not 0. Nor is it where only some do, and these say 0: as failed requests do in an
 * account without prices.
 */
function plus(known: number | null, amount: Amount | undefined, facts: CountedFacts): number | null {
  if (amount === undefined) return known;
  const { [amount.sum]: sum = 0 } = facts.sums;
  const { [amount.sum]: given = 0 } = facts.counts;
  const isKnown = given > 0 && (sum !== 0 || given === facts.records);
  return isKnown ? (known ?? 0) + sum / amount.of : known;
}
