import type { MetricSeries } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/models/MetricSeries.js';
import type { Metric } from './points.js';

/** A point on its way, with whom to tell how it went. */
export interface PendingPoint<Fate> {
  readonly timestamp: number;
  readonly value: number;
  readonly fate: Fate;
}

/** The points of one metric and tag set. */
export interface Series<Fate> {
  readonly metric: Metric;
  readonly tags: readonly string[];
  readonly points: readonly PendingPoint<Fate>[];
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
export function toWire<Fate>({ metric, tags, points }: Series<Fate>): MetricSeries {
  return {
    metric: metric.name,
    ...(metric.kind === 'count' ? { type: COUNT, interval: metric.interval } : { type: GAUGE }),
    ...(metric.unit === undefined ? {} : { unit: metric.unit }),
    tags: [...tags],
    points: points.map(({ timestamp, value }) => ({ timestamp, value })),
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
  const middle = Math.ceil(only.points.length / 2);
  return [
    [{ ...only, points: only.points.slice(0, middle) }],
    [{ ...only, points: only.points.slice(middle) }],
  ];
}
