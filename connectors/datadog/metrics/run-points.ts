import type { RunSoFar } from '../../../src/pipeline/sink.js';
import { normalizeTag, tagSet } from '../tags.js';
import { metricName } from './measures.js';
import type { Group, Metric } from './points.js';
import type { RunLedger } from './run-ledger.js';

export interface RunPointsOptions {
  readonly prefix: string;
  readonly intervalMs: number;
  readonly tags: readonly string[];
}

/**
 * The export about itself, dated `now` (milliseconds): what adds up over runs as counts, and as gauges how long
 * it took and when a run last went through without a failed partition (seconds since the epoch), for a monitor
 * to watch.
 */
export function runPoints(run: RunSoFar, ledger: RunLedger, options: RunPointsOptions, now: number): Group {
  const timestamp = Math.floor(now / 1_000);
  const interval = options.intervalMs / 1_000;
  const name = (last: string): string => metricName(options.prefix, `export.${last}`);
  const count = (last: string, value: number, unit?: string) =>
    point(value, {
      name: name(last),
      kind: 'count',
      interval,
      ...(unit === undefined ? {} : { unit }),
    });
  const gauge = (last: string, value: number) =>
    point(value, { name: name(last), kind: 'gauge', unit: 'second' });
  const point = (value: number, metric: Metric) => ({ metric, timestamp, value });

  const points = [
    count('records', run.records),
    count('partitions', run.partitions),
    count('failed_partitions', run.failedPartitions),
    count('calls', run.calls, 'request'),
    count('retries', run.retries, 'request'),
    count('points_sent', ledger.pointsSent),
    count('points_skipped', ledger.pointsSkipped),
    gauge('duration', run.elapsedMs / 1_000),
  ];
  if (run.failedPartitions === 0) points.push(gauge('last_success', timestamp));
  return {
    records: 0,
    tags: tagSet(options.tags.map(normalizeTag)).tags,
    points: points.filter(({ value }) => Number.isFinite(value)),
  };
}
