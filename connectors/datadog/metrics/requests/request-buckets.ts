import type { Log } from '../../../../src/log/log.js';
import { requests } from '../../../deepgram/streams/requests.js';
import { type TagSet, tagSet } from '../../shared/tags.js';
import { fieldOf, measureName, metricName, unitOf } from '../measures.js';
import type { DatadogMetricsSettings } from '../metrics-settings.js';
import type { Aggregate, Group, Metric, Point } from '../points.js';
import type { SeriesLimit } from '../series/series-limit.js';
import { RequestCells } from './request-cells.js';
import { MEASURES, NUMBERS, type RequestColumns } from './request-columns.js';

const LATENCY = fieldOf(requests, 'latency_ms');
const STATISTICS = ['avg', 'p50', 'p95', 'p99', 'max'] as const;

// What the columns of a cell hold: the number of requests, the sums, the latencies.
const RECORDS = 0;
const SUMS = 1;
const LATENCIES = SUMS + MEASURES.length;
const WIDTH = LATENCIES + STATISTICS.length;

/** Metrics that a tag set makes at most. */
export const REQUEST_METRICS = WIDTH;

const NOT_YET = 'no response yet: counted when the outcome is known';

/**
 * Requests counted and added up in buckets of time. Requests come in the order of `created_at`, so latencies are
 * held for the newest bucket only; a request that comes late all the same is counted, and its latency left out.
 *
 * @param settings of which the interval divides a day evenly, so that no bucket belongs to two partitions
 * @param fixedTags that all of the requests have
 */
export function requestBuckets(
  settings: DatadogMetricsSettings,
  fixedTags: readonly string[],
  { limited, folded }: SeriesLimit,
  log: Log,
): Aggregate<RequestColumns> {
  const metrics = metricsOf(settings);
  const cells = new RequestCells(WIDTH);
  /** Of the cells of the newest bucket. */
  const latencies = new Map<number, number[]>();
  // By identity: requests share their lists.
  const tagSets = new WeakMap<readonly string[], TagSet>();
  const tagSetOf = (own: readonly string[]): TagSet => {
    const known = tagSets.get(own) ?? tagSet([...fixedTags, ...own]);
    tagSets.set(own, known);
    return known;
  };
  let open: number | undefined;
  let late = 0;
  let undecided = 0;

  return {
    folded,
    add({ undecided: some, tags, buckets, numbers }) {
      undecided += some;
      for (const [at, own] of tags.entries()) {
        const bucket = buckets[at] ?? Number.NaN;
        if (open !== bucket) closeBucket(latencies, cells);
        open = bucket;
        const before = cells.count;
        const cell = cells.cellOf(limited(tagSetOf(own)), bucket);
        if (cell === before) latencies.set(cell, []);
        cells.add(cell, RECORDS, 1);
        const first = at * NUMBERS;
        for (let i = 0; i < MEASURES.length; i += 1) cells.add(cell, SUMS + i, numbers[first + i]);
        const latency = numbers[first + MEASURES.length];
        if (latency === undefined || Number.isNaN(latency)) continue;
        const ofBucket = latencies.get(cell);
        if (ofBucket === undefined) late += 1;
        else ofBucket.push(latency);
      }
    },
    *groups() {
      closeBucket(latencies, cells);
      if (late > 0) {
        log.warn('Requests came out of order; their latencies were left out.', { requests: late });
      }
      if (undecided > 0) yield { records: undecided, tags: [], points: [], leftOut: NOT_YET };
      for (const ofTags of cells.byTags()) {
        for (const [bucket, cell] of ofTags.cells) {
          yield groupOf(cells, cell, ofTags.tags, bucket / 1_000, metrics);
        }
      }
    },
  };
}

/** The metrics in the order of a cell's columns. */
function metricsOf({ prefix, interval: intervalMs }: DatadogMetricsSettings): readonly Metric[] {
  const name = metricName(prefix, 'requests');
  const interval = intervalMs / 1_000;
  return [
    { name, kind: 'count', unit: 'request', description: 'Requests', interval },
    ...MEASURES.map((field): Metric => {
      const { description } = field;
      return {
        name: `${name}.${measureName(field)}`,
        kind: 'count',
        ...unitOf(field),
        description,
        interval,
      };
    }),
    ...STATISTICS.map((statistic): Metric => {
      const description = `${LATENCY.description} (${statistic})`;
      return { name: `${name}.latency.${statistic}`, kind: 'gauge', ...unitOf(LATENCY), description };
    }),
  ];
}

/** Its latencies come down to their statistics; they are not held any longer. */
function closeBucket(latencies: Map<number, number[]>, cells: RequestCells): void {
  for (const [cell, values] of latencies) {
    for (const [i, value] of summarizeLatency(values).entries()) cells.set(cell, LATENCIES + i, value);
  }
  latencies.clear();
}

/** The {@link STATISTICS}; a percentile is a value that occurred (nearest rank). None where no latency is known. */
function summarizeLatency(values: readonly number[]): readonly number[] {
  const sorted = Float64Array.from(values).sort();
  const max = sorted.at(-1);
  if (max === undefined) return [];
  const rank = (percent: number) => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? max;
  const sum = sorted.reduce((total, value) => total + value, 0);
  return [sum / sorted.length, rank(50), rank(95), rank(99), max];
}

function groupOf(
  cells: RequestCells,
  cell: number,
  tags: readonly string[],
  timestamp: number,
  metrics: readonly Metric[],
): Group {
  const points: Point[] = [];
  for (const [column, metric] of metrics.entries()) {
    const value = cells.get(cell, column);
    if (!Number.isNaN(value)) points.push({ metric, timestamp, value });
  }
  return { records: cells.get(cell, RECORDS), tags, points };
}
