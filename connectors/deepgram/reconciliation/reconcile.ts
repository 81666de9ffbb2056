import type { DayComparisons, UnexplainedDifference } from '../../../src/catalogue/reconciliation.js';
import type { PartitionReading, ReadRequest } from '../../../src/catalogue/source.js';
import type { Stream } from '../../../src/streams/stream.js';
import { once, type ReadingContext } from '../reading-context.js';
import type { ReconciliationRow, Verdict } from '../streams/reconciliation.js';
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
    const found: Compared[] = [];
    const rows = async () => {
      const readings = new Map(
        await Promise.all(streams.map(async (one) => [one.name, await inputs(one, day)] as const)),
      );
      const balance = await balanceComparison(day, streams, inputs, context.memory);
      const known = { streams, reading: ({ name }: Stream) => readings.get(name) };
      const comparisons = [...comparisonsOf(known), ...(balance ? [balance] : [])];
      const { id, name } = context.identity.projectOn(day);
      found.push(
        ...comparisons.map((comparison) =>
          compared(comparison, { project_id: id, project_name: name, date: day }, context.now),
        ),
      );
      if (found.length > 0) context.reconciled.note(id, day);
      return found.map(({ row }) => row).sort(byName);
    };
    const project = context.identity.projectOn(day);
    yield { day, project, batches: once(rows), comparisons: () => sumOf(found) };
  }
}

interface Compared {
  readonly row: ReconciliationRow & { readonly verdict: Verdict };
  /** The difference in words. */
  readonly says: string;
}

function compared(
  comparison: Comparison,
  of: Pick<ReconciliationRow, 'project_id' | 'project_name' | 'date'>,
  nowMs: number,
): Compared {
  const { counted, reported, unit, tolerance } = comparison;
  const { difference, verdict, explanation } = verdictOn(comparison, of.date, nowMs);
  const percent =
    difference !== null && reported.value ? Math.round((1e6 * difference) / reported.value) / 1e4 : null;
  const row = {
    ...of,
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
  return { row, says: difference === null ? '' : inWords(comparison, difference) };
}

function sumOf(found: readonly Compared[]): DayComparisons {
  const count = (verdict: Verdict) => found.filter(({ row }) => row.verdict === verdict).length;
  return {
    equal: count('equal'),
    explained: count('explained'),
    unknown: count('unknown'),
    unexplained: found.flatMap(differenceOf),
  };
}

function differenceOf({ row, says }: Compared): readonly UnexplainedDifference[] {
  const { project_id: project, date, comparison, counted, reported, difference, difference_percent } = row;
  if (row.verdict !== 'unexplained' || counted === null || reported === null || difference === null)
    return [];
  return [{ date, project, comparison, counted, reported, difference, difference_percent, says }];
}

/** In the order of the key. */
function byName(one: ReconciliationRow, other: ReconciliationRow): number {
  return one.comparison < other.comparison ? -1 : 1;
}
