import type { MetricSeries } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/models/MetricSeries.js';
import type { Metric } from '../points.js';

/** One value of a series, in the form of the wire. */
export interface TimedValue {
  readonly timestamp: number;
  readonly value: number;
}

/** The points of one metric and tag set. */
export interface Series<Fate> {
  readonly metric: Metric;
  readonly tags: readonly string[];
  readonly points: readonly TimedValue[];
  /** Whom to tell how it went with each of the points, in their order. */
  readonly fates: readonly Fate[];
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

/**
 * Two halves of what is too large to be sent at once: of the series, or of the points of a single one. Undefined
 * for a single point.
 */
export function halves<Fate>(
  series: readonly Series<Fate>[],
): readonly [Series<Fate>[], Series<Fate>[]] | undefined {
  if (series.length > 1) {
    const middle = Math.ceil(series.length / 2);
    return [series.slice(0, middle), series.slice(middle)];
  }
  const [only] = series;
  if (only === undefined || only.points.length < 2) return undefined;
  const { metric, tags, points, fates } = only;
  const part = (from: number, to?: number): Series<Fate> => ({
    metric,
    tags,
    points: points.slice(from, to),
    fates: fates.slice(from, to),
  });
  const middle = Math.ceil(points.length / 2);
  return [[part(0, middle)], [part(middle)]];
}
