import type { Receipt, Refusal } from '../../../../src/catalogue/sink.js';
import type { Group } from '../points.js';

/** How it went with the points of a group. */
export interface Fate {
  readonly group: Group;
  sent: number;
  /** Why points were left out on purpose, where some were. */
  skipped: string | undefined;
  /** True where points grew too old on their way: Datadog may have dropped them. */
  late: boolean;
  /** Why Datadog refused points, where it did. */
  rejected: string | undefined;
}

export function newFate(group: Group): Fate {
  return { group, sent: 0, skipped: group.leftOut, late: false, rejected: undefined };
}

const NO_VALUE = 'no measure of the record has a value';

/** Adds up the fates of a partition's groups into its receipt, in records. */
export class ReceiptTally {
  #accepted = 0;
  readonly #rejected = new Map<string, Refusal>();
  readonly #skipped = new Map<string, Refusal>();

  /**
   * Accepted is what was sent whole. The records of the present day are also accepted where their live gauges
   * were sent and only the daily count was left out: their values are there.
   */
  add(fate: Fate): void {
    const { group } = fate;
    if (fate.rejected !== undefined) count(this.#rejected, fate.rejected, group);
    else if (fate.late || fate.sent === 0) count(this.#skipped, fate.skipped ?? NO_VALUE, group);
    else this.#accepted += group.records;
  }

  receipt(): Receipt {
    return {
      accepted: this.#accepted,
      rejected: [...this.#rejected.values()],
      skipped: [...this.#skipped.values()],
    };
  }
}

function count(refusals: Map<string, Refusal>, reason: string, group: Group): void {
  const before = refusals.get(reason);
  const example = before?.example ?? exampleOf(group);
  refusals.set(reason, {
    reason,
    count: (before?.count ?? 0) + group.records,
    ...(example === undefined ? {} : { example }),
  });
}

/** Undefined for records that were left out before they had tags or points. */
function exampleOf({ points, tags }: Group): string | undefined {
  const [first] = points;
  if (first === undefined && tags.length === 0) return undefined;
  const what = first === undefined ? '' : `${first.metric.name} at ${formatMoment(first.timestamp)} `;
  return `${what}[${tags.join(', ')}]`;
}

function formatMoment(timestamp: number): string {
  return new Date(timestamp * 1_000).toISOString().replace('.000Z', 'Z');
}
