import type { PartitionWriter, Receipt, Refusal, Sink } from '../catalogue/sink.js';
import type { AppendJournal } from '../checkpoints/journal/append-journal.js';
import type { JournalPartition } from '../checkpoints/journal/append-partition.js';
import { recordKey } from '../checkpoints/journal/record-key.js';
import { abortError, type Failure } from '../errors/export-error.js';
import type { Log } from '../log/log.js';
import type { Row } from '../streams/field.js';
import { type Partition, partitionWords } from '../streams/partition.js';
import { counted, formatCount } from '../text/text-table.js';
import type { LaneTarget } from './lane-writer.js';

interface AppendWriterOptions {
  /** Of the append sink: its `write` resolves only when the receiver has acknowledged the records. */
  readonly writer: PartitionWriter;
  readonly sink: Pick<Sink, 'name' | 'holds'>;
  readonly partition: Partition;
  readonly journal: AppendJournal;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Told of records that may arrive twice. */
  readonly onDoubt: (records: number) => void;
  /** True where the partition is not read again: a record that has not settled by now never will. Default false. */
  readonly isLastReading?: boolean | undefined;
  readonly left: LeftRecords;
}

/** Records that earlier readings of this run handed on, and that {@link AppendWriter.leave} has told of. */
export interface LeftRecords {
  delivered: number;
  undelivered: number;
}

/** Why this program gives an append sink not all of a partition: it is there, or an earlier run has told of it, or it comes. */
export const SKIPPED = {
  delivered: 'already delivered',
  before: 'refused or left out by an earlier run, and not tried again',
  unsettled: 'not settled yet',
  /** Of a sink that replaces, and can deliver only what is new. */
  older: 'of a time that an earlier run has delivered or reported, and too old to be sent once more',
} as const;

/**
 * Makes an append sink safe to be written to again: only records that are settled and not there yet are handed on,
 * each once, in their order; with the last reading of a day also those that never settled, which are final then. The
 * sink has a record once its `write` has resolved, unless it resolves with it: what was refused or left out is not tried
 * again, and never said to be delivered.
 *
 * A batch whose `write` failed, or in which the process died, is in doubt. When the partition is written again, the
 * sink is asked for the keys ({@link recordKey}) of such a batch; a sink that cannot tell gets the whole batch
 * again: at least once, and the log and the summary say how many records that concerns. The same holds where the
 * journal knows of fewer records than were sent, since a part of it was lost.
 */
export class AppendWriter implements LaneTarget {
  readonly #options: AppendWriterOptions;
  #opening: Promise<JournalPartition> | undefined;
  #alreadyDelivered = 0;
  /** Records that were handed on although they may have been sent before. */
  #doubtful = 0;
  #notSettled = 0;
  /** Records that an earlier run was done with, and that are not there. */
  #undelivered = 0;
  readonly #handedOn: LeftRecords = { delivered: 0, undelivered: 0 };
  #isOver = false;

  constructor(options: AppendWriterOptions) {
    this.#options = options;
  }

  async write(batch: readonly Row[]): Promise<void> {
    const delivered = await this.#delivered();
    this.#refuseLate();
    const due = this.#due(batch, delivered);
    if (delivered.missing > 0) await this.#leaveOutWhatIsThere(due, delivered);
    if (due.size === 0) return;
    await delivered.announce([...due.keys()]);
    this.#refuseLate();
    const told = await this.#options.writer.write([...due.values()]);
    // Other people's sinks may answer anything.
    const undelivered = new Set<unknown>(Array.isArray(told) ? told : []);
    const without = [...due].flatMap(([key, row]) => (undelivered.has(row) ? [key] : []));
    await delivered.acknowledged(without);
    this.#handedOn.delivered += due.size - without.length;
    this.#handedOn.undelivered += without.length;
    this.#countDoubt(due.size, delivered.missing);
  }

  async commit(): Promise<Receipt> {
    const delivered = await this.#delivered();
    const receipt = await this.#options.writer.commit();
    await delivered.commit();
    this.#tellDoubt(delivered);
    const { left } = this.#options;
    const own = [
      { reason: SKIPPED.delivered, count: this.#alreadyDelivered - left.delivered },
      {
        reason: SKIPPED.before,
        count: this.#undelivered - left.undelivered,
      },
      { reason: SKIPPED.unsettled, count: this.#notSettled },
    ] satisfies Refusal[];
    return { ...receipt, skipped: [...receipt.skipped, ...own.filter(({ count }) => count > 0)] };
  }

  /** What was acknowledged is there and stays marked. */
  abort(reason: Failure): Promise<void> {
    return this.#end(() => this.#options.writer.abort(reason));
  }

  /** As {@link abort}, where all that was written was acknowledged. */
  async leave(): Promise<Receipt> {
    const receipt = await this.#end(() => this.#options.writer.commit());
    this.#options.left.delivered += this.#handedOn.delivered;
    this.#options.left.undelivered += this.#handedOn.undelivered;
    return receipt;
  }

  async #end<Ended>(endWriter: () => Promise<Ended>): Promise<Ended> {
    this.#isOver = true;
    const ended = await endWriter();
    const delivered = await this.#opening?.catch(() => undefined); // told to the write that opened it
    await delivered?.close();
    if (delivered) this.#tellDoubt(delivered);
    return ended;
  }

  /** The partition may have been given up during a wait; a batch that left after that would be nobody's. */
  #refuseLate(): void {
    if (this.#isOver) throw abortError(this.#options.signal);
  }

  #delivered(): Promise<JournalPartition> {
    const { sink, partition, journal } = this.#options;
    const { stream, project, day } = partition;
    this.#opening ??= journal.open(
      { sink: sink.name, stream: stream.name, projectId: project.id, day },
      (keys) => this.#thereAlready(keys),
    );
    return this.#opening;
  }

  async #thereAlready(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const { sink, partition, log, signal, onDoubt } = this.#options;
    const name = partitionWords(partition);
    if (sink.holds) {
      const there = await sink.holds(partition, keys, signal);
      log.info(
        `${sink.name} has ${formatCount(there.size)} of the ${counted(keys.length, 'record')} of ${name} that were on their way`,
      );
      return there;
    }
    log.warn(
      `${sink.name} may get ${counted(keys.length, 'record')} of ${name} twice: they were on their way when an earlier run ` +
        'ended, and it cannot tell whether they arrived.',
      { in_doubt: keys.length },
    );
    onDoubt(keys.length);
    return new Set();
  }

  /** Where it is not known any more what was sent, a receiver that can tell is asked for all of it. */
  async #leaveOutWhatIsThere(due: Map<string, Row>, delivered: JournalPartition): Promise<void> {
    const { sink, partition, signal } = this.#options;
    const there = await sink.holds?.(partition, [...due.keys()], signal);
    const known = [...due.keys()].filter((key) => there?.has(key));
    if (known.length === 0) return;
    await delivered.announce(known);
    await delivered.acknowledged();
    for (const key of known) due.delete(key);
    this.#alreadyDelivered += known.length;
  }

  /** Of what is not known any more, no more can arrive twice than was sent. */
  #countDoubt(sent: number, missing: number): void {
    if (this.#options.sink.holds) return;
    const doubtful = Math.min(sent, missing - this.#doubtful);
    this.#doubtful += doubtful;
    if (doubtful > 0) this.#options.onDoubt(doubtful);
  }

  #tellDoubt({ known, missing }: JournalPartition): void {
    // Of all partitions it was said when the run began.
    if (this.#doubtful === 0 || missing === Number.POSITIVE_INFINITY) return;
    const { sink, partition, log } = this.#options;
    log.warn(
      `${sink.name} may have ${counted(this.#doubtful, 'record')} of ${partitionWords(partition)} twice: the state says that it got ` +
        `${formatCount(known + missing)}, and of ${formatCount(missing)} of them it is not known any more which they were.`,
      { in_doubt: this.#doubtful },
    );
  }

  /** The records that are to leave, by their keys. */
  #due(batch: readonly Row[], delivered: JournalPartition): Map<string, Row> {
    const due = new Map<string, Row>();
    for (const row of batch) {
      const key = recordKey(this.#options.partition.stream, row);
      const isOpen = row.settled === false;
      if (isOpen && !this.#options.isLastReading) this.#notSettled += 1;
      else if (delivered.isUndelivered(key)) this.#undelivered += 1;
      else if (due.has(key) || delivered.has(key)) this.#alreadyDelivered += 1;
      else due.set(key, isOpen ? { ...row, settled: true } : row);
    }
    return due;
  }
}
