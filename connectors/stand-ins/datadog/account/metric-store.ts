import { storedTag } from '../rules/tag-spelling.js';

/** A series as it came in; only what Datadog documents is read. */
export interface ReceivedSeries {
  readonly metric: string;
  /** 1 count, 2 rate, 3 gauge. */
  readonly type?: number;
  /** Seconds. */
  readonly interval?: number;
  readonly unit?: string;
  readonly tags?: readonly string[];
  readonly points: readonly { readonly timestamp: number; readonly value: number }[];
}

/** One point as it can be queried; `timestamp` in seconds. */
export interface StoredPoint {
  readonly metric: string;
  readonly type: number | undefined;
  readonly interval: number | undefined;
  readonly unit: string | undefined;
  readonly tags: readonly string[];
  readonly timestamp: number;
  readonly value: number;
}

/** Points by metric, normalized tags and timestamp: of several writes the last one is kept, for counts too. */
export interface MetricStore {
  write(series: ReceivedSeries, keeps: (timestamp: number) => boolean): void;
  /** Points of a metric that have all of these tags, by time and then by tags; all points without a metric. */
  query(metric?: string, tags?: readonly string[]): readonly StoredPoint[];
}

export function createMetricStore(): MetricStore {
  const stored = new Map<string, StoredPoint>();
  return {
    write({ metric, type, interval, unit, tags: sentTags = [], points }, keeps) {
      const tags = [...new Set(sentTags.map(storedTag))].filter((tag) => tag !== '').sort();
      for (const { timestamp, value } of points) {
        if (!keeps(timestamp)) continue;
        const key = `${metric}|${tags.join()}|${timestamp}`;
        stored.set(key, { metric, type, interval, unit, tags, timestamp, value });
      }
    },
    query(metric, tags = []) {
      return [...stored.values()]
        .filter((point) => metric === undefined || point.metric === metric)
        .filter((point) => tags.every((tag) => point.tags.includes(tag)))
        .sort(inOrder);
    },
  };
}

function inOrder(a: StoredPoint, b: StoredPoint): number {
  return compare(a.metric, b.metric) || a.timestamp - b.timestamp || compare(a.tags.join(), b.tags.join());
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
