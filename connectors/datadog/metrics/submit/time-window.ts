import { SKIPPED } from '../../../../src/deliver/append-writer.js';
import type { Metric } from '../points.js';

/**
 * Whether Datadog keeps a point. What it does not keep it answers with 202 all the same.
 * @see https://docs.datadoghq.com/api/latest/metrics/#submit-metrics
 * @see https://docs.datadoghq.com/metrics/custom_metrics/historical_metrics/
 */
export type Verdict = 'kept' | 'too old' | 'earlier' | 'past retention' | 'ahead' | 'unfinished';

const KEPT_BACK_S = 3_600;
const KEPT_AHEAD_S = 600;
const RETENTION_MONTHS = 15;
/** Less than any 15 months: points younger than this are judged without a calendar. */
const RETAINED_S = 450 * 86_400;

/**
 * Judges a point's timestamp (seconds) at a moment (milliseconds). `historical`: the account has Historical Metrics
 * Ingestion switched on, which reaches back as far as the retention and no further ahead.
 */
export function verdictOn(timestamp: number, now: number, historical: boolean): Verdict {
  if (timestamp > now / 1_000 + KEPT_AHEAD_S) return 'ahead';
  if (timestamp >= now / 1_000 - KEPT_BACK_S) return 'kept';
  if (!historical) return 'too old';
  if (timestamp >= now / 1_000 - RETAINED_S) return 'kept';
  return timestamp >= retentionStart(now) / 1_000 ? 'kept' : 'past retention';
}

/** What a point is judged by, beside its time. */
export interface JudgedBy {
  readonly historical: boolean;
  /** When its day was read before for this sink: what was over then was sent then, or said to be too old. */
  readonly givenBeforeMs: number | undefined;
}

/**
 * The verdict on one of our points. A count of a period that is not over, and so long that its final value would
 * come too late to be kept, is not sent: the part of it that is known now would stand for the whole for ever.
 */
export function judge(
  metric: Metric,
  timestamp: number,
  now: number,
  { historical, givenBeforeMs }: JudgedBy,
): Verdict {
  const verdict = verdictOn(timestamp, now, historical);
  if (verdict === 'too old') {
    const end = timestamp + (metric.kind === 'count' ? metric.interval : 0);
    return givenBeforeMs !== undefined && end <= givenBeforeMs / 1_000 ? 'earlier' : verdict;
  }
  if (verdict !== 'kept' || historical || metric.kind !== 'count' || metric.interval < KEPT_BACK_S)
    return verdict;
  return timestamp + metric.interval > now / 1_000 ? 'unfinished' : 'kept';
}

/** Why a point is left out, as a receipt says it. */
export const verdictReasons = {
  'too old': 'older than 1 hour: Datadog answers 202 and drops it, unless Historical Metrics Ingestion is on',
  earlier: SKIPPED.older,
  'past retention': 'older than the 15 months that Datadog keeps',
  unfinished: 'counts a period that is not over, and Datadog would not take its final value any more',
  ahead: 'more than 10 minutes ahead of now: Datadog answers 202 and drops it',
} as const satisfies Record<Exclude<Verdict, 'kept'>, string>;

/** What to do about points that are too old. */
export function historicalAdvice(prefix: string): string {
  return `To have points older than 1 hour, ${howToHaveThem(prefix)}`;
}

/** What will become of points that are too old. */
export function historyEstimate(historical: boolean, prefix: string): string {
  return historical
    ? `points of up to ${RETENTION_MONTHS} months are sent; Datadog drops those older than 1 hour, unless Metrics → Historical Metrics Ingestion is on for the prefix \`${prefix}\``
    : `points older than 1 hour are not sent, because Datadog would answer 202 and drop them. To have them, ${howToHaveThem(prefix)}`;
}

function howToHaveThem(prefix: string): string {
  return (
    `switch on Metrics → Historical Metrics Ingestion for the prefix \`${prefix}\` in Datadog, ` +
    'then set `historical: true` for this sink.'
  );
}

function retentionStart(now: number): number {
  const moment = new Date(now);
  return moment.setUTCMonth(moment.getUTCMonth() - RETENTION_MONTHS);
}
