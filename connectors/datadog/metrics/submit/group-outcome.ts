import type { ReceiptTally } from '../../../../src/catalogue/receipt-tally.js';
import type { Group, Metric } from '../points.js';

/** How it went with the points of a group. */
export interface GroupOutcome {
  readonly group: Group;
  sent: number;
  /** Why points were left out on purpose, where some were. */
  skipped: string | undefined;
  /** True where points grew too old on their way: Datadog may have dropped them. */
  late: boolean;
  /** The first point that Datadog refused, and why, where it did. */
  rejected: { readonly reason: string; readonly example: string } | undefined;
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
  const { rejected } = outcome;
  const example = () => exampleOf(group);
  if (rejected !== undefined) tally.reject(rejected.reason, group.records, () => rejected.example);
  else if (outcome.late || outcome.sent === 0)
    tally.skip(outcome.skipped ?? NO_VALUE, group.records, example);
  else tally.accept(group.records);
}

/** Undefined for records that were left out before they had tags or points. */
function exampleOf({ points, tags }: Group): string | undefined {
  const [first] = points;
  if (first === undefined && tags.length === 0) return undefined;
  return first === undefined ? `[${tags.join(', ')}]` : pointName(first.metric, first.timestamp, tags);
}

/** A point as the example of what became of it. */
export function pointName(metric: Metric, timestamp: number, tags: readonly string[]): string {
  return `${metric.name} at ${formatMoment(timestamp)} [${tags.join(', ')}]`;
}

function formatMoment(timestamp: number): string {
  return new Date(timestamp * 1_000).toISOString().replace('.000Z', 'Z');
}
