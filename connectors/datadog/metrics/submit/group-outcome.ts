import type { ReceiptTally } from '../../../../src/catalogue/receipt-tally.js';
import type { Group } from '../points.js';

/** How it went with the points of a group. */
export interface GroupOutcome {
  readonly group: Group;
  sent: number;
  /** Why points were left out on purpose, where some were. */
  skipped: string | undefined;
  /** True where points grew too old on their way: Datadog may have dropped them. */
  late: boolean;
  /** Why Datadog refused points, where it did. */
  rejected: string | undefined;
}

export function newOutcome(group: Group): GroupOutcome {
  return { group, sent: 0, skipped: group.leftOut, late: false, rejected: undefined };
}

const NO_VALUE = 'no measure of the record has a value';

/**
 * Adds an outcome to the receipt of its partition, in records. Accepted is what was sent whole. The records of the
 * present day are also accepted where their live gauges were sent and only the daily count was left out: their values
 * are there.
 */
export function tallyOutcome(tally: ReceiptTally, { group, ...outcome }: GroupOutcome): void {
  const example = () => exampleOf(group);
  if (outcome.rejected !== undefined) tally.reject(outcome.rejected, group.records, example);
  else if (outcome.late || outcome.sent === 0)
    tally.skip(outcome.skipped ?? NO_VALUE, group.records, example);
  else tally.accept(group.records);
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
