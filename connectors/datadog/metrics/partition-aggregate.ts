import type { Log } from '../../../src/report/log.js';
import type { Partition, Project } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import { breakdownTags, fixedTags, projectTags } from '../shared/dimensions.js';
import { normalizeTag } from '../shared/tags.js';
import { balanceLevels } from './daily/balance-levels.js';
import { dailyTotals } from './daily/daily-totals.js';
import type { DatadogMetricsSettings } from './metrics-settings.js';
import type { Aggregate } from './points.js';
import { REQUEST_METRICS, requestBuckets } from './requests/request-buckets.js';
import type { RequestColumns } from './requests/request-columns.js';
import { type SeriesLimit, seriesLimit } from './series/series-limit.js';

/** True for the streams that have something to measure: requests, usage, billing, their breakdowns, balances. */
export function acceptsStream({ kind }: Stream): boolean {
  return ['requests', 'usage', 'billing', 'balances'].includes(kind);
}

/** What the requests of a partition are added up in. */
export function requestAggregate(
  { project }: Partition,
  settings: DatadogMetricsSettings,
  log: Log,
): Aggregate<RequestColumns> {
  const { prefix, interval, dimensions, tags } = settings;
  const limit = limitOf(project, settings, REQUEST_METRICS);
  return requestBuckets({
    prefix,
    intervalMs: interval,
    fixedTags: fixedTags(project, dimensions, tags),
    limit,
    log,
  });
}

/** What the records of any other partition are added up in. The stream must be one that {@link acceptsStream}. */
export function partitionAggregate(
  { stream, project }: Partition,
  settings: DatadogMetricsSettings,
): Aggregate {
  const { prefix, tags } = settings;
  if (stream.kind === 'balances') return balanceLevels({ prefix, tags: [...projectTags(project), ...tags] });
  const measures = stream.fields.filter(({ role }) => role === 'measure').length;
  const limit = limitOf(project, settings, measures);
  const tagsOf = breakdownTags(project, stream, tags);
  return {
    ...dailyTotals({ prefix, stream, tagsOf: (row) => limit.limited(tagsOf(row)) }),
    folded: limit.folded,
  };
}

function limitOf(project: Project, settings: DatadogMetricsSettings, metrics: number): SeriesLimit {
  return seriesLimit({
    fixed: [...projectTags(project), ...settings.tags.map(normalizeTag)],
    most: Math.max(1, Math.floor(settings.max_series / metrics)),
  });
}
