import type { PartitionCheckpoint } from '../catalogue/partition-checkpoint.js';
import type { PartitionWriter, Receipt } from '../catalogue/sink.js';
import { type ExportError, failureOf } from '../errors/export-error.js';
import type { Row } from '../streams/field.js';
import { withDeadline } from '../time/limits.js';

/** What a lane wants to hear of its writers. */
export interface WriterEvents {
  committed(receipt: Receipt): void;
  /** What was written is there, and the partition is not committed. */
  left(receipt: Receipt): void;
  failed(error: unknown): void;
}

/** A writer that knows what is there of a partition that is not committed. */
export interface LaneTarget extends PartitionWriter {
  /** Ends it in place of `abort`, where what was written cannot be taken back. */
  leave?(): Promise<Receipt>;
}

/** Calls a sink under its deadline; `what` is what it is asked to do. */
export type Call = <T>(what: string, operation: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** Clearing up after a failure is given this long, in milliseconds: the run must be able to end. */
const ABORT_MS = 5_000;
/** Batches that may wait for a slow sink before reading has to wait too. */
const QUEUE = 2;

/** One partition on its way into one sink. It never throws: a failure ends it and is remembered. */
export class LaneWriter {
  /** Name of the sink. */
  readonly sink: string;
  readonly #writer: LaneTarget;
  readonly #call: Call;
  readonly #events: WriterEvents;
  #queue: Promise<void>[] = [];
  #over = false;

  constructor(sink: string, writer: LaneTarget, call: Call, events: WriterEvents) {
    this.sink = sink;
    this.#writer = writer;
    this.#call = call;
    this.#events = events;
  }

  /** Resolves when the sink's queue has room again, or at once when the sink has failed. */
  async write(batch: readonly Row[]): Promise<void> {
    if (this.#over) return;
    const before = this.#queue.at(-1) ?? Promise.resolve();
    const written = before.then(async () => {
      if (this.#over) return;
      await this.#call('Writing', async () => {
        await this.#writer.write(batch);
      }).catch((error) => this.#fail(error));
    });
    this.#queue.push(written);
    if (this.#queue.length > QUEUE) await this.#queue.shift();
  }

  /** Takes the partition back so that it can begin anew: what is still on its way would be taken for what comes then. */
  async takeBack(reason: ExportError): Promise<void> {
    await Promise.all(this.#queue);
    const { leave } = this.#writer;
    if (this.#over || leave === undefined) return this.abort(reason);
    try {
      const receipt = await this.#call('Leaving', () => leave.call(this.#writer));
      this.#over = true;
      this.#events.left(receipt);
    } catch (error) {
      await this.#fail(error);
    }
  }

  /** True when the sink has confirmed the partition. */
  async commit(checkpoint?: PartitionCheckpoint): Promise<boolean> {
    await Promise.all(this.#queue);
    if (this.#over) return false;
    try {
      const receipt = await this.#call('Committing', () => this.#writer.commit(checkpoint));
      this.#over = true;
      this.#events.committed(receipt);
      return receipt.rejected.length === 0;
    } catch (error) {
      await this.#fail(error);
      return false;
    }
  }

  /** Takes the partition back; `reason` is why, when it is not this sink's fault. */
  async abort(reason: unknown): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    const unhurried = new AbortController().signal;
    const undo = withDeadline('Aborting', ABORT_MS, unhurried, () => this.#writer.abort(failureOf(reason)));
    await undo.catch(() => {}); // the failure before it is the one to report
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#over) return;
    this.#events.failed(error);
    await this.abort(error);
  }
}
