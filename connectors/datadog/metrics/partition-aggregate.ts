import type { Partition } from '../../../src/pipeline/partition.js';
import type { Log } from '../../../src/report/log.js';
import { normalizeTag } from '../tags.js';
import { balanceLevels } from './balance-levels.js';
import { dailyTotals } from './daily-totals.js';
import { breakdownTags, projectTags, requestTags, type TagsOf } from './dimensions.js';
import type { DatadogMetricsSettings } from './metrics-settings.js';
import type { Aggregate } from './points.js';
import { REQUEST_METRICS, requestBuckets } from './request-buckets.js';
import { type SeriesLimit, seriesLimit } from './series-limit.js';

/** True for the streams that have something to measure: requests, usage, billing, their breakdowns, balances. */
export function acceptsStream(stream: string): boolean {
  return stream === 'requests' || stream === 'balances' || /^(usage|billing)(_by_|$)/.test(stream);
}

/** What the records of a partition are added up in. The stream must be one that {@link acceptsStream}. */
export function partitionAggregate(
  { stream, project }: Partition,
  settings: DatadogMetricsSettings,
  log: Log,
): Aggregate {
  const { prefix, tags, interval, dimensions } = settings;
  const limited = (tagsOf: TagsOf, metrics: number): SeriesLimit =>
    seriesLimit({
      tagsOf,
      fixed: [...projectTags(project), ...tags.map(normalizeTag)],
      most: Math.max(1, Math.floor(settings.max_series / metrics)),
    });
  switch (stream.name) {
    case 'requests': {
      const { tagsOf, folded } = limited(requestTags(project, dimensions, tags), REQUEST_METRICS);
      return { ...requestBuckets({ prefix, intervalMs: interval, tagsOf, log }), folded };
    }
    case 'balances':
      return balanceLevels({ prefix, tags: [...projectTags(project), ...tags] });
    default: {
      const measures = stream.fields.filter(({ role }) => role === 'measure').length;
      const { tagsOf, folded } = limited(breakdownTags(project, stream, tags), measures);
      return { ...dailyTotals({ prefix, stream, tagsOf }), folded };
    }
  }
}
