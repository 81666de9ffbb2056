import { ReceiptTally } from '../../../../src/catalogue/receipt-tally.js';
import type { Receipt } from '../../../../src/catalogue/sink.js';
import { forEachConcurrent } from '../../../../src/deliver/for-each-concurrent.js';
import type { Clock } from '../../../../src/time/clock.js';
import type { Call, DatadogClient } from '../../shared/datadog-client.js';
import { submitInHalves } from '../../shared/submit-in-halves.js';
import type { Group, Metric, Point } from '../points.js';
import type { RunStatistics } from '../run/run-statistics.js';
import { cutSeries, type Series, submitSeries, tagsKeyOf } from '../series/series.js';
import { type GroupOutcome, newOutcome, pointName, tallyOutcome } from './group-outcome.js';
import { type JudgedBy, judge, verdictReasons } from './time-window.js';

/** What all points of a sink are submitted with. */
export interface PointsContext extends Omit<JudgedBy, 'givenBeforeMs'> {
  readonly client: DatadogClient;
  readonly clock: Clock;
  readonly statistics: RunStatistics;
}

/** Points made ready at once: about one payload; whether it fits is measured, never guessed. */
const POINTS_AT_ONCE = 10_000;
/** While some are compressed and on their way, the next is made ready. */
const BATCHES_AT_ONCE = 3;

/**
 * Sends the points that Datadog keeps and says how each record fared. Throws what ends the partition; what
 * Datadog refuses of it is in the receipt.
 */
export async function submitPoints(
  groups: Iterable<Group>,
  context: PointsContext,
  call: Call,
  givenBeforeMs?: number,
): Promise<Receipt> {
  const { client, statistics, historical } = context;
  const judged = { historical, givenBeforeMs };
  const tally = new ReceiptTally();
  await forEachConcurrent(BATCHES_AT_ONCE, batchesOf(groups), async (batch) => {
    const outcomes = batch.map(newOutcome);
    const series = keptSeries(outcomes, context, judged);
    if (series.length > 0) {
      await submitInHalves(series, {
        noun: 'point',
        async submit(some) {
          statistics.wireBytes += await submitSeries(client, some, call);
          statistics.payloads += 1;
          settle(some, context, judged);
        },
        reject,
        cut: cutSeries,
      });
    }
    for (const outcome of outcomes) tallyOutcome(tally, outcome);
  });
  return tally.receipt();
}

function* batchesOf(groups: Iterable<Group>): Iterable<Group[]> {
  let batch: Group[] = [];
  let points = 0;
  for (const group of groups) {
    batch.push(group);
    points += group.points.length;
    if (points < POINTS_AT_ONCE) continue;
    yield batch;
    batch = [];
    points = 0;
  }
  if (batch.length > 0) yield batch;
}

function keptSeries(
  outcomes: readonly GroupOutcome[],
  { clock, statistics }: PointsContext,
  judged: JudgedBy,
): Series<GroupOutcome>[] {
  const now = clock.now();
  const series: GrowingSeries[] = [];
  const byTags = new Map<string, Map<Metric, GrowingSeries>>();
  for (const outcome of outcomes) {
    const { tags, points } = outcome.group;
    const key = tagsKeyOf(tags);
    const ofTags = byTags.get(key) ?? new Map<Metric, GrowingSeries>();
    byTags.set(key, ofTags);
    for (const { metric, timestamp, value } of points) {
      const verdict = judge(metric, timestamp, now, judged);
      if (verdict !== 'kept') {
        statistics.skip(verdict);
        // What nobody has ever sent of a record is what its receipt says.
        if (verdict === 'too old' || outcome.skipped === undefined) outcome.skipped = verdictReasons[verdict];
        continue;
      }
      let known = ofTags.get(metric);
      if (known === undefined) {
        known = { metric, tags, points: [], outcomes: [] };
        ofTags.set(metric, known);
        series.push(known);
      }
      known.points.push({ timestamp, value });
      known.outcomes.push(outcome);
    }
  }
  return series;
}

type GrowingSeries = Series<GroupOutcome> & {
  readonly points: Pick<Point, 'timestamp' | 'value'>[];
  readonly outcomes: GroupOutcome[];
};

/** Judged once more, as of the answer: a payload may have waited until its points had grown too old. */
function settle(
  series: readonly Series<GroupOutcome>[],
  { clock, statistics }: PointsContext,
  judged: JudgedBy,
): void {
  const now = clock.now();
  for (const { metric, tags, points, outcomes } of series) {
    statistics.sawSeries(metric, tags);
    for (const [i, outcome] of outcomes.entries()) {
      const verdict = judge(metric, points[i]?.timestamp ?? 0, now, judged);
      if (verdict === 'kept') {
        statistics.pointsSent += 1;
        outcome.sent += 1;
      } else {
        statistics.skip(verdict);
        outcome.late = true;
        outcome.skipped ??= verdictReasons[verdict];
      }
    }
  }
}

function reject(series: readonly Series<GroupOutcome>[], reason: string): void {
  for (const { metric, tags, points, outcomes } of series) {
    for (const [i, outcome] of outcomes.entries()) {
      outcome.rejected ??= { reason, example: pointName(metric, points[i]?.timestamp ?? 0, tags) };
    }
  }
}
