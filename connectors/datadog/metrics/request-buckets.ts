import type { Field, Row } from '../../../src/records/field.js';
import { requests } from '../../../src/records/requests.js';
import type { Log } from '../../../src/report/log.js';
import { epochMs } from '../../../src/time/timestamp.js';
import type { TagsOf } from './dimensions.js';
import { type LatencySummary, summarizeLatency } from './latency.js';
import { measureName, metricName, unitOf } from './measures.js';
import type { Aggregate, Group, Metric, Point } from './points.js';
import { measureOf, plus, textOf } from './row-values.js';

export interface RequestBucketsOptions {
  readonly prefix: string;
  /** Length of a bucket in milliseconds; divides a day evenly, so that no bucket belongs to two partitions. */
  readonly intervalMs: number;
  readonly tagsOf: TagsOf;
  readonly log: Log;
}

/** The requests of one bucket and tag set. */
interface Cell {
  readonly tags: readonly string[];
  records: number;
  readonly sums: (number | null)[];
  /** Null once the bucket is over and the summary made. */
  latencies: number[] | null;
  summary: LatencySummary | null;
}

const SUMMED = new Set(['audio_seconds', 'cost_usd', 'tokens_in', 'tokens_out', 'tts_characters']);
const MEASURES: readonly Field[] = requests.fields.filter((field) => SUMMED.has(field.name));
/**
 * Their status, method and model are not known yet. Sent now, they would be counted under those tags, and under the
 * true ones later: the first count would stay.
 */
const UNDECIDED = new Set(['pending', 'unknown']);
const NOT_YET = 'no response yet: counted when the outcome is known';

const STATISTICS = ['avg', 'p50', 'p95', 'p99', 'max'] as const;

/**
 * Requests counted and added up in buckets of time. Requests come in the order of `created_at`, so latencies are
 * held for the newest bucket only; a request that comes late all the same is counted, and its latency left out.
 */
export function requestBuckets(options: RequestBucketsOptions): Aggregate {
  const metrics = metricsOf(options);
  const buckets = new Map<number, Map<string, Cell>>();
  let open: number | undefined;
  let late = 0;
  let undecided = 0;

  const enter = (bucket: number): Map<string, Cell> => {
    if (open !== undefined && open !== bucket) closeBucket(buckets.get(open));
    open = bucket;
    const cells = buckets.get(bucket) ?? new Map<string, Cell>();
    buckets.set(bucket, cells);
    return cells;
  };

  return {
    add(row) {
      if (UNDECIDED.has(textOf(row, 'status') ?? '')) {
        undecided += 1;
        return;
      }
      const { tags, key } = options.tagsOf(row);
      const cells = enter(bucketOf(row, options.intervalMs));
      const cell = cells.get(key) ?? newCell(tags);
      cells.set(key, cell);
      cell.records += 1;
      for (const [i, field] of MEASURES.entries()) {
        cell.sums[i] = plus(cell.sums[i] ?? null, measureOf(row, field.name));
      }
      const latency = measureOf(row, 'latency_ms');
      if (latency === null) return;
      if (cell.latencies === null) late += 1;
      else cell.latencies.push(latency);
    },
    *groups() {
      if (open !== undefined) closeBucket(buckets.get(open));
      if (late > 0) {
        options.log.warn('Requests came out of order; their latencies were left out.', { requests: late });
      }
      if (undecided > 0) yield { records: undecided, tags: [], points: [], leftOut: NOT_YET };
      for (const [bucket, cells] of buckets) {
        for (const cell of cells.values()) yield groupOf(cell, bucket / 1_000, metrics);
      }
    },
  };
}

interface RequestMetrics {
  readonly count: Metric;
  readonly sums: readonly Metric[];
  readonly latency: Readonly<Record<(typeof STATISTICS)[number], Metric>>;
}

function metricsOf({ prefix, intervalMs }: RequestBucketsOptions): RequestMetrics {
  const interval = intervalMs / 1_000;
  const latency = (statistic: string): Metric => ({
    name: metricName(prefix, `requests.latency.${statistic}`),
    kind: 'gauge',
    unit: 'millisecond',
  });
  return {
    count: { name: metricName(prefix, 'requests'), kind: 'count', unit: 'request', interval },
    sums: MEASURES.map((field) => ({
      name: metricName(prefix, `requests.${measureName(field)}`),
      kind: 'count',
      ...unitOf(field),
      interval,
    })),
    latency: {
      avg: latency('avg'),
      p50: latency('p50'),
      p95: latency('p95'),
      p99: latency('p99'),
      max: latency('max'),
    },
  };
}

function bucketOf(row: Row, intervalMs: number): number {
  return Math.floor(epochMs(textOf(row, 'created_at') ?? '') / intervalMs) * intervalMs;
}

function newCell(tags: readonly string[]): Cell {
  return { tags, records: 0, sums: MEASURES.map(() => null), latencies: [], summary: null };
}

function closeBucket(cells: ReadonlyMap<string, Cell> | undefined): void {
  for (const cell of cells?.values() ?? []) {
    if (cell.latencies === null) continue;
    cell.summary = summarizeLatency(cell.latencies);
    cell.latencies = null;
  }
}

function groupOf(cell: Cell, timestamp: number, metrics: RequestMetrics): Group {
  const points: Point[] = [{ metric: metrics.count, timestamp, value: cell.records }];
  for (const [i, metric] of metrics.sums.entries()) {
    const value = cell.sums[i] ?? null;
    if (value !== null) points.push({ metric, timestamp, value });
  }
  for (const statistic of cell.summary === null ? [] : STATISTICS) {
    const value = cell.summary?.[statistic];
    if (value !== undefined) points.push({ metric: metrics.latency[statistic], timestamp, value });
  }
  return { records: cell.records, tags: cell.tags, points };
}
