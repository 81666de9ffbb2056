import type { PartitionReading, ReadRequest } from '../../../src/catalogue/source.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { Day } from '../../../src/time/day.js';
import { once, type ReadingContext } from '../reading-context.js';
import type { ReconciliationRow } from '../streams/reconciliation.js';
import { balanceComparison } from './balance.js';
import { type Comparison, inWords, rounded, verdictOn } from './compare.js';
import { comparisonsOf } from './comparisons.js';

/** Days of a reconciliation, made of what the readings of other streams came to. */
export async function* reconcileDays(
  { stream, days, inputs = async () => undefined }: ReadRequest,
  context: ReadingContext,
): AsyncGenerator<PartitionReading> {
  const { derivedFrom: streams = [] } = stream;
  for (const day of days) {
    if (day === null) continue;
    const rows = async () => {
      const readings = new Map(
        await Promise.all(streams.map(async (one) => [one.name, await inputs(one, day)] as const)),
      );
      const balance = await balanceComparison(day, streams, inputs, context.memory);
      const known = { streams, reading: ({ name }: Stream) => readings.get(name) };
      const comparisons = [...comparisonsOf(known), ...(balance ? [balance] : [])];
      return comparisons.map((comparison) => rowOf(comparison, day, context)).sort(byName);
    };
    yield { day, project: context.identity.projectOn(day), batches: once(rows) };
  }
}

function rowOf(comparison: Comparison, day: Day, context: ReadingContext): ReconciliationRow {
  const { counted, reported, unit, tolerance } = comparison;
  const project = context.identity.projectOn(day);
  const { difference, verdict, explanation } = verdictOn(comparison, day, context.now);
  const percent =
    difference !== null && reported.value ? Math.round((1e6 * difference) / reported.value) / 1e4 : null;
  const row = {
    project_id: project.id,
    project_name: project.name,
    date: day,
    comparison: comparison.comparison,
    unit,
    counted: rounded(counted.value ?? null),
    reported: rounded(reported.value ?? null),
    difference,
    difference_percent: difference === 0 ? 0 : percent,
    tolerance: rounded(tolerance),
    verdict,
    explanation,
  };
  context.reconciled.note(row, difference === null ? '' : inWords(comparison, difference));
  return row;
}

/** In the order of the key. */
function byName(one: ReconciliationRow, other: ReconciliationRow): number {
  return one.comparison < other.comparison ? -1 : 1;
}
