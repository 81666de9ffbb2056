import { ReceiptTally } from '../../../src/catalogue/receipt-tally.js';
import type { Receipt } from '../../../src/catalogue/sink.js';
import type { Row } from '../../../src/streams/field.js';
import { textOf } from '../shared/row-values.js';

/** What becomes of the requests of a partition: how many for the receipt, and which of a batch are not in Datadog. */
export class LogFates {
  readonly #tally = new ReceiptTally();
  #undelivered: Row[] = [];

  accept(): void {
    this.#tally.accept();
  }

  skip(row: Row, reason: string): void {
    this.#tally.skip(reason, 1, () => requestName(row));
    this.#undelivered.push(row);
  }

  reject(row: Row, reason: string): void {
    this.#tally.reject(reason, 1, () => requestName(row));
    this.#undelivered.push(row);
  }

  /** Those that were skipped or rejected since it was asked last. */
  takeUndelivered(): readonly Row[] {
    const taken = this.#undelivered;
    this.#undelivered = [];
    return taken;
  }

  receipt(): Receipt {
    return this.#tally.receipt();
  }
}

/** A request as the example of a refusal. */
function requestName(row: Row): string {
  return `request ${textOf(row, 'request_id')} of ${textOf(row, 'created_at') ?? 'no time'}`;
}
