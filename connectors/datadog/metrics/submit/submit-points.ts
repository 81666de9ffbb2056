import type { Receipt } from '../../../../src/catalogue/sink.js';
import { forEachConcurrent } from '../../../../src/deliver/for-each-concurrent.js';
import { ExportError } from '../../../../src/errors/export-error.js';
import type { Clock } from '../../../../src/time/clock.js';
import { type Call, PayloadTooLarge } from '../../shared/payload-transport.js';
import type { Group, Metric } from '../points.js';
import type { RunLedger } from '../run/run-statistics.js';
import { halves, type Series, type TimedValue, tagsKeyOf, toWire } from '../series/series.js';
import type { MetricsClient } from './metrics-client.js';
import { type Fate, newFate, ReceiptTally } from './outcome.js';
import { judge, verdictReasons } from './time-window.js';

/** What every delivery of a sink goes through. */
export interface DeliveryRoute {
  readonly client: MetricsClient;
  readonly clock: Clock;
  readonly historical: boolean;
  readonly ledger: RunLedger;
}

/** Points made ready at once: about one payload; whether it fits is measured, never guessed. */
const POINTS_AT_ONCE = 10_000;
/** While some are compressed and on their way, the next is made ready. */
const SLABS_AT_ONCE = 3;

/**
 * Sends the points that Datadog keeps and says how each record fared. Throws what ends the partition; what
 * Datadog refuses of it is in the receipt.
 */
export async function deliver(groups: Iterable<Group>, route: DeliveryRoute, call: Call): Promise<Receipt> {
  const tally = new ReceiptTally();
  await forEachConcurrent(SLABS_AT_ONCE, slabsOf(groups), async (slab) => {
    const fates = slab.map(newFate);
    const series = keptSeries(fates, route);
    if (series.length > 0) await send(series, route, call);
    for (const fate of fates) tally.add(fate);
  });
  return tally.receipt();
}

function* slabsOf(groups: Iterable<Group>): Iterable<Group[]> {
  let slab: Group[] = [];
  let points = 0;
  for (const group of groups) {
    slab.push(group);
    points += group.points.length;
    if (points < POINTS_AT_ONCE) continue;
    yield slab;
    slab = [];
    points = 0;
  }
  if (slab.length > 0) yield slab;
}

function keptSeries(fates: readonly Fate[], { clock, historical, ledger }: DeliveryRoute): Series<Fate>[] {
  const now = clock.now();
  const series: GrowingSeries[] = [];
  const byTags = new Map<string, Map<Metric, GrowingSeries>>();
  for (const fate of fates) {
    const { tags } = fate.group;
    const key = tagsKeyOf(tags);
    const ofTags = byTags.get(key) ?? new Map<Metric, GrowingSeries>();
    byTags.set(key, ofTags);
    for (const { metric, timestamp, value } of fate.group.points) {
      const verdict = judge(metric, timestamp, now, historical);
      if (verdict !== 'kept') {
        ledger.skip(verdict);
        fate.skipped ??= verdictReasons[verdict];
        continue;
      }
      let known = ofTags.get(metric);
      if (known === undefined) {
        known = { metric, tags, points: [], fates: [] };
        ofTags.set(metric, known);
        series.push(known);
      }
      known.points.push({ timestamp, value });
      known.fates.push(fate);
    }
  }
  return series;
}

type GrowingSeries = Series<Fate> & { readonly points: TimedValue[]; readonly fates: Fate[] };

/** Cut in halves until each fits; a single point that does not fit is refused. */
async function send(series: readonly Series<Fate>[], route: DeliveryRoute, call: Call): Promise<void> {
  try {
    const { errors, wireBytes } = await route.client.submit(series.map(toWire), call);
    route.ledger.payloads += 1;
    route.ledger.wireBytes += wireBytes;
    if (errors.length > 0) reject(series, `Datadog answered 202, but with errors: ${errors.join('; ')}`);
    else settle(series, route);
  } catch (error) {
    if (error instanceof PayloadTooLarge) return sendHalves(series, route, call, error);
    // A payload that Datadog calls malformed says nothing about the others.
    if (error instanceof ExportError && error.status === 400) return reject(series, error.message);
    throw error;
  }
}

async function sendHalves(
  series: readonly Series<Fate>[],
  route: DeliveryRoute,
  call: Call,
  cause: PayloadTooLarge,
): Promise<void> {
  const parts = halves(series);
  if (parts === undefined) return reject(series, `a single point is too large for Datadog: ${cause.message}`);
  for (const part of parts) await send(part, route, call);
}

/** Judged once more, as of the answer: a payload may have waited until its points had grown too old. */
function settle(series: readonly Series<Fate>[], { clock, historical, ledger }: DeliveryRoute): void {
  const now = clock.now();
  for (const { metric, tags, points, fates } of series) {
    ledger.sawSeries(metric, tags);
    for (const [i, fate] of fates.entries()) {
      const verdict = judge(metric, points[i]?.timestamp ?? 0, now, historical);
      if (verdict === 'kept') {
        ledger.pointsSent += 1;
        fate.sent += 1;
      } else {
        ledger.skip(verdict);
        fate.late = true;
        fate.skipped ??= verdictReasons[verdict];
      }
    }
  }
}

function reject(series: readonly Series<Fate>[], reason: string): void {
  for (const { fates } of series) for (const fate of fates) fate.rejected ??= reason;
}
