import type { Partition } from '../../../src/pipeline/partition.js';
import type { Log } from '../../../src/report/log.js';
import { balanceLevels } from './balance-levels.js';
import { dailyTotals } from './daily-totals.js';
import { breakdownTags, projectTags, requestTags } from './dimensions.js';
import type { DatadogMetricsSettings } from './metrics-settings.js';
import type { Aggregate } from './points.js';
import { requestBuckets } from './request-buckets.js';

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
  switch (stream.name) {
    case 'requests':
      return requestBuckets({
        prefix,
        intervalMs: interval,
        tagsOf: requestTags(project, dimensions, tags),
        log,
      });
    case 'balances':
      return balanceLevels({ prefix, tags: [...projectTags(project), ...tags] });
    default:
      return dailyTotals({ prefix, stream, tagsOf: breakdownTags(project, stream, tags) });
  }
}
