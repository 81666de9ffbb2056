import { isJsonObject, type JsonObject } from '../../../../src/text/json-object.js';

export type MonitorName = 'no-successful-run' | 'error-rate' | 'cost-rise' | 'low-balance';

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
}

/** As in the files. */
export const DEFAULT_LIMITS: Limits = {
  every: 15 * 60_000,
  errorRate: 5,
  costRise: 50,
  balanceBelow: 50,
};

const HOUR_MINUTES = 60;
/** Datadog delays an evaluation by a day at most. */
const MAX_DELAY_S = 86_400;

/** What the limits decide about a monitor. */
interface LimitRule {
  /** The limit that its threshold is. */
  readonly threshold?: Exclude<keyof Limits, 'every'>;
  /** The minutes that it looks back over, by those between two runs. */
  readonly window?: (everyMinutes: number) => number;
  /** The seconds that it is evaluated late by, likewise. */
  readonly delay?: (everyMinutes: number) => number;
}

const RULES: Readonly<Record<MonitorName, LimitRule>> = {
  'no-successful-run': { window: (every) => 2 * every },
  // A run brings the requests since the last one: what is younger than that is not all there yet.
  'error-rate': { threshold: 'errorRate', delay: (every) => Math.min(every * 60, MAX_DELAY_S) },
  'cost-rise': { threshold: 'costRise' },
  'low-balance': { threshold: 'balanceBelow', window: (every) => Math.max(HOUR_MINUTES, 2 * every) },
};

/** A monitor with its limits put in. */
export function withLimits(file: JsonObject, name: MonitorName, limits: Limits): JsonObject {
  const { threshold, window, delay } = RULES[name];
  const everyMinutes = limits.every / 60_000;
  let monitor = file;
  if (threshold !== undefined) monitor = above(monitor, limits[threshold]);
  if (window !== undefined) monitor = within(monitor, window(everyMinutes));
  if (delay !== undefined) monitor = delayed(monitor, delay(everyMinutes));
  return monitor;
}

/**
 * A monitor with the limits that it has in the account, but for those that are given now: an alarm that somebody has
 * tuned, here or in Datadog, is not set back by an install that says nothing about it.
 */
export function keepLimits(
  wanted: JsonObject,
  name: string,
  current: JsonObject,
  given: Partial<Limits>,
): JsonObject {
  const { threshold, window, delay } = RULES[name as MonitorName]; // what is installed has the name of a file
  let monitor = wanted;
  if (threshold !== undefined && given[threshold] === undefined) monitor = keepThresholds(monitor, current);
  if (window !== undefined && given.every === undefined) monitor = keepWindow(monitor, current);
  if (delay !== undefined && given.every === undefined) monitor = keepDelay(monitor, current);
  return monitor;
}

function within(monitor: JsonObject, minutes: number): JsonObject {
  return over(monitor, minutes % HOUR_MINUTES === 0 ? `last_${minutes / HOUR_MINUTES}h` : `last_${minutes}m`);
}

/** Over this window, as a monitor's query has it: `max(last_30m):…`. */
function over(monitor: JsonObject, window: string): JsonObject {
  return { ...monitor, query: String(monitor.query).replace(WINDOW, `(${window})`) };
}

/** The number at the end of the query and the critical threshold: Datadog refuses a monitor where they differ. */
function above(monitor: JsonObject, limit: number): JsonObject {
  const query = String(monitor.query).replace(/-?[\d.]+$/, String(limit));
  return { ...monitor, query, options: { ...optionsOf(monitor), thresholds: { critical: limit } } };
}

function delayed(monitor: JsonObject, seconds: number): JsonObject {
  return { ...monitor, options: { ...optionsOf(monitor), evaluation_delay: seconds } };
}

const WINDOW = /\((last_\w+)\)/;

function keepWindow(monitor: JsonObject, current: JsonObject): JsonObject {
  const window = WINDOW.exec(String(current.query))?.[1];
  return window === undefined ? monitor : over(monitor, window);
}

/** With a threshold for warnings, where somebody has added one. */
function keepThresholds(monitor: JsonObject, current: JsonObject): JsonObject {
  const { thresholds } = optionsOf(current);
  if (!isJsonObject(thresholds) || typeof thresholds.critical !== 'number') return monitor;
  const kept = above(monitor, thresholds.critical);
  return { ...kept, options: { ...optionsOf(kept), thresholds } };
}

function keepDelay(monitor: JsonObject, current: JsonObject): JsonObject {
  const { evaluation_delay: delay } = optionsOf(current);
  return typeof delay === 'number' ? delayed(monitor, delay) : monitor;
}

function optionsOf({ options }: JsonObject): JsonObject {
  return isJsonObject(options) ? options : {};
}
