import { isJsonObject, type Json, type JsonObject } from '../../../../src/text/json-object.js';

export type MonitorName =
  | 'no-successful-run'
  | 'error-rate'
  | 'cost-rise'
  | 'low-balance'
  | 'daily-budget'
  | 'monthly-budget'
  | 'dead-tasks';

/** When the monitors alarm. */
export interface Limits {
  /** Milliseconds between two runs of the export; whole minutes, from a minute to three days. */
  readonly every: number;
  /** Percent of the requests that fail. */
  readonly errorRate: number;
  /** Percent that a day costs more than the same day a week before. */
  readonly costRise: number;
  /** Dollars left in a project. */
  readonly balanceBelow: number;
  /** Dollars of all projects. Without one, there is no such monitor. */
  readonly dailyBudget?: number | undefined;
  readonly monthlyBudget?: number | undefined;
  /** Tasks that workers have given up. Likewise. */
  readonly deadTasks?: number | undefined;
}

/** As in the files. */
export const DEFAULT_LIMITS: Limits = {
  every: 15 * 60_000,
  errorRate: 5,
  costRise: 50,
  balanceBelow: 50,
};

const HOUR_MINUTES = 60;
/** What a busy scheduler, such as that of a CI system, is late by at times. */
const LATE_MINUTES = 30;
/** Datadog delays an evaluation by a day at most. */
const MAX_DELAY_S = 86_400;

/**
 * What the limits decide about a monitor: its threshold, and, by the minutes between two runs, the minutes that it looks
 * back over and the seconds that it is evaluated late by.
 */
interface LimitRule {
  readonly threshold?: Exclude<keyof Limits, 'every'>;
  readonly window?: (everyMinutes: number) => number;
  readonly delay?: (everyMinutes: number) => number;
}

/**
 * The queries that these are about are of forms whose meaning Datadog describes:
 * - counts are divided after they were summed over the window, and `is_greater` is 0 up to a number of them
 *   (https://docs.datadoghq.com/monitors/guide/as-count-in-monitor-evaluations/,
 *   https://docs.datadoghq.com/monitors/guide/add-a-minimum-request-threshold-for-error-rate-alerts/);
 * - levels of several projects, which come within minutes of each other, are brought together by a rollup, which is
 *   applied to each series before they are summed. Its intervals are those of the clock, so that a window may begin
 *   or end with a part of one (https://docs.datadoghq.com/dashboards/functions/rollup/#rollups-in-monitors): its
 *   maximum is at most that of the whole, and a window of two hours holds a whole one;
 * - what needs days that are over is worked out by the export, as a gauge;
 * - no points at all: the last status stays, or a count is 0
 *   (https://docs.datadoghq.com/monitors/guide/on_missing_data/).
 */
const RULES: Readonly<Record<MonitorName, LimitRule>> = {
  'no-successful-run': { window: (every) => 2 * every + LATE_MINUTES },
  // A run brings the requests since the last one: what is younger than that is not all there yet.
  'error-rate': { threshold: 'errorRate', delay: (every) => Math.min(every * 60, MAX_DELAY_S) },
  'cost-rise': { threshold: 'costRise', window: levelWindow(HOUR_MINUTES) },
  'low-balance': { threshold: 'balanceBelow', window: levelWindow(HOUR_MINUTES) },
  'daily-budget': { threshold: 'dailyBudget', window: levelWindow(2 * HOUR_MINUTES) },
  'monthly-budget': { threshold: 'monthlyBudget', window: levelWindow(2 * HOUR_MINUTES) },
  'dead-tasks': { threshold: 'deadTasks', window: levelWindow(2 * HOUR_MINUTES) },
};

/** Of a level that comes with every run: one that is missing or late leaves another. */
function levelWindow(least: number): (everyMinutes: number) => number {
  return (every) => Math.max(least, 2 * every);
}

/** False for a monitor of a limit that nobody has set. */
export function isLimited(name: MonitorName, limits: Limits): boolean {
  const { threshold } = RULES[name];
  return threshold === undefined || limits[threshold] !== undefined;
}

/** A monitor with its limits put in. */
export function withLimits(file: JsonObject, name: MonitorName, limits: Limits): JsonObject {
  const { threshold, window, delay } = RULES[name];
  const everyMinutes = limits.every / 60_000;
  return tuned(
    file,
    threshold && { critical: limits[threshold] ?? null },
    window && formatWindow(window(everyMinutes)),
    delay?.(everyMinutes),
  );
}

/**
 * A monitor with the limits that it has in the account, but for those that are given now: an alarm that somebody has
 * tuned, here or in Datadog, is not set back by an install that says nothing about it. A threshold for warnings, where
 * somebody has added one, is kept with the other.
 */
export function keepLimits(
  wanted: JsonObject,
  name: string,
  current: JsonObject,
  given: Partial<Limits>,
): JsonObject {
  const { threshold, window, delay } = RULES[name as MonitorName]; // what is installed has the name of a file
  const { thresholds, evaluation_delay } = optionsOf(current);
  const keepsTimes = given.every === undefined;
  return tuned(
    wanted,
    threshold && given[threshold] === undefined ? thresholds : undefined,
    window && keepsTimes ? WINDOW.exec(String(current.query))?.[1] : undefined,
    delay && keepsTimes ? evaluation_delay : undefined,
  );
}

/** The window of a monitor's query: `max(last_30m):…`. */
const WINDOW = /\((last_\w+)\)/;

function formatWindow(minutes: number): string {
  return minutes % HOUR_MINUTES === 0 ? `last_${minutes / HOUR_MINUTES}h` : `last_${minutes}m`;
}

/** A monitor with those of these that are given, and of the form that Datadog has them in. */
function tuned(
  monitor: JsonObject,
  thresholds: Json | undefined,
  window: string | undefined,
  delay: Json | undefined,
): JsonObject {
  let query = String(monitor.query);
  let options = optionsOf(monitor);
  if (window !== undefined) query = query.replace(WINDOW, `(${window})`);
  if (typeof delay === 'number') options = { ...options, evaluation_delay: delay };
  if (isJsonObject(thresholds) && typeof thresholds.critical === 'number') {
    // The number at the end of the query as well: Datadog refuses a monitor where they differ.
    query = query.replace(/-?[\d.]+$/, String(thresholds.critical));
    options = { ...options, thresholds };
  }
  return { ...monitor, query, options };
}

/** As Datadog has them; none where there are none. */
export function optionsOf({ options }: JsonObject): JsonObject {
  return isJsonObject(options) ? options : {};
}
