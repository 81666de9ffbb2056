import type { Receipt, Refusal } from '../../../src/catalogue/sink.js';
import type { Row } from '../../../src/streams/field.js';
import { textOf } from '../metrics/row-values.js';

/** What became of the requests of a partition. */
export class LogTally {
  #accepted = 0;
  readonly #rejected = new Map<string, Refusal>();
  readonly #skipped = new Map<string, Refusal>();

  accept(): void {
    this.#accepted += 1;
  }

  reject(row: Row, reason: string): void {
    count(this.#rejected, row, reason);
  }

  skip(row: Row, reason: string): void {
    count(this.#skipped, row, reason);
  }

  receipt(): Receipt {
    return {
      accepted: this.#accepted,
      rejected: [...this.#rejected.values()],
      skipped: [...this.#skipped.values()],
    };
  }
}

function count(refusals: Map<string, Refusal>, row: Row, reason: string): void {
  const before = refusals.get(reason);
  const example =
    before?.example ?? `request ${textOf(row, 'request_id')} of ${textOf(row, 'created_at') ?? 'no time'}`;
  refusals.set(reason, { reason, count: (before?.count ?? 0) + 1, example });
}
