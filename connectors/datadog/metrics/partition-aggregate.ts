import type { Log } from '../../../src/log/log.js';
import type { Partition, Project } from '../../../src/streams/partition.js';
import { type Dimension, requestDimensions, streamDimensions } from '../shared/dimensions.js';
import { fixedTags, recordTags } from '../shared/record-tags.js';
import { balanceLevels } from './daily/balance-levels.js';
import { dailyTotals } from './daily/daily-totals.js';
import type { DatadogMetricsSettings } from './metrics-settings.js';
import type { Aggregate } from './points.js';
import { REQUEST_METRICS, requestBuckets } from './requests/request-buckets.js';
import type { RequestColumns } from './requests/request-columns.js';
import { type SeriesLimit, seriesLimit } from './series/series-limit.js';

/** What the requests of a partition are added up in. */
export function requestAggregate(
  { project }: Partition,
  settings: DatadogMetricsSettings,
  table: readonly Dimension[],
  log: Log,
): Aggregate<RequestColumns> {
  const fixed = fixedTags(project, requestDimensions(settings.dimensions, table), settings.tags);
  return requestBuckets(settings, fixed, limitOf(project, settings, table, REQUEST_METRICS), log);
}

/** What the records of any other stream are added up in that the sink accepts. */
export function partitionAggregate(
  { stream, project }: Partition,
  settings: DatadogMetricsSettings,
  table: readonly Dimension[],
): Aggregate {
  const { prefix, tags } = settings;
  const tagsOf = recordTags(project, streamDimensions(stream, table), tags);
  if (stream.kind === 'balances') return balanceLevels(prefix, tagsOf);
  const measures = stream.fields.filter(({ role }) => role === 'measure').length;
  const { limited, folded } = limitOf(project, settings, table, measures);
  return { ...dailyTotals(prefix, stream, (row) => limited(tagsOf(row))), folded };
}

function limitOf(
  project: Project,
  { tags, max_series: most }: DatadogMetricsSettings,
  table: readonly Dimension[],
  metrics: number,
): SeriesLimit {
  return seriesLimit(fixedTags(project, table, tags), Math.max(1, Math.floor(most / metrics)));
}
