import type { Receipt, Refusal } from './sink.js';

/** Adds up what becomes of records, with one refusal for each reason. */
export class ReceiptTally {
  #accepted = 0;
  readonly #rejected = new Map<string, Refusal>();
  readonly #skipped = new Map<string, Refusal>();

  accept(records = 1): void {
    this.#accepted += records;
  }

  /** `example` shows one of the records; it is asked until it gives one. */
  reject(reason: string, records: number, example: () => string | undefined): void {
    count(this.#rejected, reason, records, example);
  }

  skip(reason: string, records: number, example: () => string | undefined): void {
    count(this.#skipped, reason, records, example);
  }

  add({ accepted, rejected, skipped }: Receipt): void {
    this.accept(accepted);
    for (const { reason, count, example } of rejected) this.reject(reason, count, () => example);
    for (const { reason, count, example } of skipped) this.skip(reason, count, () => example);
  }

  receipt(): Receipt {
    return {
      accepted: this.#accepted,
      rejected: [...this.#rejected.values()],
      skipped: [...this.#skipped.values()],
    };
  }
}

function count(
  refusals: Map<string, Refusal>,
  reason: string,
  records: number,
  exampleOf: () => string | undefined,
): void {
  const known = refusals.get(reason);
  const example = known?.example ?? exampleOf();
  refusals.set(reason, {
    reason,
    count: (known?.count ?? 0) + records,
    ...(example === undefined ? {} : { example }),
  });
}
