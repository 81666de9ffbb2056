import { costBetween, type DailyCosts, type ProjectCosts } from '../../../../src/catalogue/costs.js';
import { addDays, type Day, dayAt, firstOfMonth } from '../../../../src/time/day.js';
import { billing } from '../../../deepgram/streams/billing.js';
import type { Dimension } from '../../shared/dimensions.js';
import { fixedTags } from '../../shared/record-tags.js';
import { tagSet } from '../../shared/tags.js';
import { todayGauge } from '../daily/daily-totals.js';
import { fieldOf, metricName } from '../measures.js';
import type { DatadogMetricsSettings } from '../metrics-settings.js';
import type { Group, Metric } from '../points.js';

/** A day that cost less than this many dollars counts as this many: from cents to a dollar is no rise to act upon. */
const LEAST_DAY = 10;

/**
 * What a project's alarms watch, as gauges of this moment: Datadog takes no point of a day that is over, and what it has
 * of such days is only what was sent at the time. All of them have one timestamp, so that projects can be added up.
 *
 * @param now milliseconds since the epoch
 * @param isSent whether this run has sent a point of that series already, with its day
 */
export function costPoints(
  costs: readonly ProjectCosts[],
  { prefix, tags }: DatadogMetricsSettings,
  table: readonly Dimension[],
  now: number,
  isSent: (metric: Metric, tags: readonly string[]) => boolean,
): readonly Group[] {
  const gauge = (name: string, unit: string, description: string): Metric => ({
    name: metricName(prefix, name),
    kind: 'gauge',
    unit,
    description,
  });
  const month = gauge(
    'billing.month_to_date.cost',
    'dollar',
    'Cost of the present month so far, in UTC, as billed',
  );
  const rise = gauge(
    'billing.rise',
    'percent',
    `By how much the present day so far, or the last one, costs more than the same day a week before, which counts as ${LEAST_DAY} dollars at least`,
  );
  // Sent with its day, to the last digit; but a day that has not changed is not read again by every run.
  const ofToday = todayGauge(prefix, billing, fieldOf(billing, 'cost_usd'));
  const today = dayAt(now);
  const timestamp = Math.floor(now / 1_000);
  return costs.flatMap(({ project, days }): Group[] => {
    if (days === undefined) return [];
    const measured: [Metric, number | undefined][] = [
      [ofToday, costBetween(days, today, today)],
      [month, costBetween(days, firstOfMonth(today), today)],
      [rise, riseAt(days, today)],
    ];
    const own = tagSet(fixedTags(project, table, tags)).tags;
    const points = measured.flatMap(([metric, value]) =>
      value === undefined || isSent(metric, own) ? [] : { metric, timestamp, value },
    );
    return [{ records: 0, tags: own, points }];
  });
}

/** Of the present day, which may exceed a whole one before it is over, and of yesterday: the greater; undefined for neither. */
function riseAt(days: DailyCosts, today: Day): number | undefined {
  const rises = [today, addDays(today, -1)].flatMap((day) => riseOn(days, day) ?? []);
  return rises.length === 0 ? undefined : Math.max(...rises);
}

/**
 * Percent. A day counts as a whole one where the project was in use in the week before it already: undefined where that
 * is not so of the day that this one is compared with.
 */
function riseOn(days: DailyCosts, day: Day): number | undefined {
  const before = addDays(day, -7);
  if (costBetween(days, addDays(before, -7), addDays(before, -1)) === 0) return undefined;
  const base = Math.max(costBetween(days, before, before), LEAST_DAY);
  return (100 * (costBetween(days, day, day) - base)) / base;
}
