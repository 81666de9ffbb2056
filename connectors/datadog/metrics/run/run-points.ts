import type { RunSoFar } from '../../../../src/catalogue/sink.js';
import { normalizeTag, tagSet } from '../../shared/tags.js';
import { metricName } from '../measures.js';
import type { DatadogMetricsSettings } from '../metrics-settings.js';
import type { Group, Metric } from '../points.js';
import type { RunStatistics } from './run-statistics.js';

/**
 * The export about itself, dated `now` (milliseconds): what adds up over runs as counts, and as gauges how long
 * it took and that it went through without a failed partition, for a monitor to miss. Values are 32 bits wide in
 * Datadog, so no date is one.
 */
export function runPoints(
  run: RunSoFar,
  statistics: RunStatistics,
  { prefix, interval: intervalMs, tags }: DatadogMetricsSettings,
  now: number,
): Group {
  const timestamp = Math.floor(now / 1_000);
  const interval = intervalMs / 1_000;
  const name = (last: string): string => metricName(prefix, `export.${last}`);
  const count = (last: string, value: number, description: string, unit?: string) =>
    point(value, { name: name(last), kind: 'count', interval, description, ...(unit && { unit }) });
  const gauge = (last: string, value: number, description: string, unit?: string) =>
    point(value, { name: name(last), kind: 'gauge', description, ...(unit && { unit }) });
  const point = (value: number, metric: Metric) => ({ metric, timestamp, value });

  const points = [
    count('records', run.records, 'Records read by the export'),
    count('partitions', run.partitions, 'Partitions (a stream, a project, a day) read by the export'),
    count('failed_partitions', run.failedPartitions, 'Partitions that could not be read'),
    count('calls', run.calls, 'Calls to the source, tries included', 'request'),
    count('retries', run.retries, 'Calls to the source that were tries after a failure', 'request'),
    count('points_sent', statistics.pointsSent, 'Points sent to Datadog'),
    count(
      'points_skipped',
      statistics.pointsSkipped,
      'Points left out, since Datadog would have dropped them',
    ),
    gauge('duration', run.elapsedMs / 1_000, 'How long the export took', 'second'),
  ];
  if (run.failedPartitions === 0) {
    points.push(gauge('success', 1, 'The export went through: 1, or nothing at all'));
  }
  if (run.queue !== undefined) {
    const { waiting, active, failing, dead, oldestMs } = run.queue;
    points.push(
      gauge('queue.tasks', waiting + active, 'Tasks of workers that are not done'),
      gauge('queue.failing', failing, 'Tasks of workers that have failed and are tried again'),
      gauge('queue.dead', dead, 'Tasks that workers have given up, and that nobody has done since'),
      gauge('queue.oldest', oldestMs / 1_000, 'Age of the oldest task that is not done', 'second'),
    );
  }
  return {
    records: 0,
    tags: tagSet([...tags, ...(run.shard === undefined ? [] : [`shard:${run.shard}`])].map(normalizeTag))
      .tags,
    points: points.filter(({ value }) => Number.isFinite(value)),
  };
}
