import type { MetricSeries } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/models/MetricSeries.js';
import type { HttpAnswer } from '../../../../src/http/http-client.js';
import type { Call, DatadogClient } from '../../shared/datadog-client.js';
import { official } from '../../shared/official-client.js';
import { refuseErrors } from '../../shared/refusal.js';
import type { Metric, Point } from '../points.js';

/** The points of one metric and tag set. */
export interface Series<Outcome> {
  readonly metric: Metric;
  readonly tags: readonly string[];
  readonly points: readonly Pick<Point, 'timestamp' | 'value'>[];
  /** What to note how it went with each of the points, in their order. */
  readonly outcomes: readonly Outcome[];
}

const COUNT = 1;
const GAUGE = 3;

/** The text that tells series apart, as Datadog bills them. `tagsKey`: all their tags, as {@link tagsKeyOf} says. */
export function seriesKey(metric: Metric, tagsKey: string): string {
  return `${metric.name}|${tagsKey}`;
}

/** Made once for all metrics of a tag set, since there may be a dozen. */
export function tagsKeyOf(tags: readonly string[]): string {
  return tags.join(',');
}

/** @see https://docs.datadoghq.com/api/latest/metrics/#submit-metrics */
const LIMITS = { rawBytes: 5_242_880, wireBytes: 512_000 };

/**
 * Sends one payload to Datadog's metric intake; resolves with its bytes on the wire when Datadog has acknowledged it.
 * Throws `PayloadTooLarge` and `PayloadRefused` for one that must be cut.
 */
export async function submitSeries(
  client: DatadogClient,
  some: readonly Series<unknown>[],
  call: Call,
): Promise<number> {
  // An answer without a body says nothing, and sending a point again does no harm.
  const read = ({ body }: HttpAnswer) => JSON.parse(body.toString('utf8'));
  const { json, wireBytes } = await client.call(
    official.metrics,
    { ...call, limits: LIMITS, read },
    (api, asIs) => api.submitMetrics({ body: asIs({ series: some.map(toWire) }), contentEncoding: 'gzip' }),
  );
  refuseErrors(json);
  return wireBytes;
}

function toWire({ metric, tags, points }: Series<unknown>): MetricSeries {
  return {
    metric: metric.name,
    ...(metric.kind === 'count' ? { type: COUNT, interval: metric.interval } : { type: GAUGE }),
    ...(metric.unit === undefined ? {} : { unit: metric.unit }),
    tags: [...tags],
    points: [...points],
  };
}

/** Two halves of the points of a series; undefined for a single point. */
export function cutSeries<Outcome>(
  series: Series<Outcome>,
): readonly [Series<Outcome>, Series<Outcome>] | undefined {
  const { points, outcomes } = series;
  if (points.length < 2) return undefined;
  const middle = Math.ceil(points.length / 2);
  const part = (from: number, to?: number) => ({
    ...series,
    points: points.slice(from, to),
    outcomes: outcomes.slice(from, to),
  });
  return [part(0, middle), part(middle)];
}
