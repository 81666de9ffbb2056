import { ReceiptTally } from '../../catalogue/receipt-tally.js';
import type { ClosingReport, Receipt, Refusal } from '../../catalogue/sink.js';
import { ExportError, type Failure, failureOf } from '../../errors/export-error.js';
import { type Partition, partitionName } from '../../streams/partition.js';
import { counted } from '../../text/text-table.js';

/** What became of a sink in a run. */
export interface SinkOutcome extends Omit<ClosingReport, 'inDoubt'> {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly partitions: number;
  readonly failed_partitions: number;
  /** Partitions that the source could not read. */
  readonly unread_partitions: number;
  /** Partitions that another process was delivering, so that this one left them to it. Left out where there are none. */
  readonly partitions_left_to_others?: number;
  readonly accepted: number;
  readonly rejected: readonly Refusal[];
  readonly skipped: readonly Refusal[];
  /** Records that may be there twice: they were sent again, as nobody could tell whether they had arrived before. */
  readonly in_doubt: number;
  /** True where each record leaves once: what was refused is then not sent again. */
  readonly sends_once: boolean;
  /** The first failure, or the refusal of records, if there was any. */
  readonly failure: (Failure & { readonly partition?: string }) | null;
}

/** Adds up the receipts and failures of one sink. */
export class SinkTally {
  partitions = 0;
  unreadPartitions = 0;
  leftToOthers = 0;
  inDoubt = 0;
  /** By {@link partitionName}, the first one first. */
  readonly #failed = new Map<string, Failure & { readonly partition: string }>();
  readonly #records = new ReceiptTally();
  #beside: Failure | undefined;

  /** Also one whose reading before, in the same run, had failed. */
  committed(partition: Partition, receipt: Receipt): void {
    this.partitions += 1;
    this.#failed.delete(partitionName(partition));
    this.#records.add(receipt);
  }

  /** What an append sink got of a partition before that was to begin anew. */
  left(receipt: Receipt): void {
    this.#records.add(receipt);
  }

  failed(partition: Partition, failure: Failure): void {
    const name = partitionName(partition);
    if (!this.#failed.has(name)) this.#failed.set(name, { ...failure, partition: name });
  }

  /** A failure that is not one partition's: before the first one, or after the last. */
  failedBeside(failure: Failure): void {
    this.#beside ??= failure;
  }

  /** A partition that the source could not read; where this sink had failed before, that is what counts. */
  unread(partition: Partition): void {
    if (!this.#failed.has(partitionName(partition))) this.unreadPartitions += 1;
  }

  result(): Omit<SinkOutcome, keyof ClosingReport | 'name' | 'type' | 'required' | 'sends_once'> {
    const records = this.#records.receipt();
    const [first] = this.#failed.values();
    return {
      partitions: this.partitions,
      failed_partitions: this.#failed.size,
      unread_partitions: this.unreadPartitions,
      ...(this.leftToOthers > 0 && { partitions_left_to_others: this.leftToOthers }),
      ...records,
      in_doubt: this.inDoubt,
      failure: first ?? this.#beside ?? refused(records) ?? null,
    };
  }
}

function refused({ rejected: [refusal] }: Receipt): Failure | undefined {
  if (!refusal) return undefined;
  const message = `The receiver refused ${counted(refusal.count, 'record')}: ${refusal.reason}`;
  return failureOf(new ExportError('SINK_REFUSED', message, { kind: 'permanent' }));
}
