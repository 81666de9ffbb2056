import type { MetricSeries } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/models/MetricSeries.js';
import type { Metric } from '../points.js';

/** One value of a series, in the form of the wire. */
export interface TimedValue {
  readonly timestamp: number;
  readonly value: number;
}

/** The points of one metric and tag set. */
export interface Series<Outcome> {
  readonly metric: Metric;
  readonly tags: readonly string[];
  readonly points: readonly TimedValue[];
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

/** A series as it is sent. */
export function toWire({ metric, tags, points }: Series<unknown>): MetricSeries {
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
