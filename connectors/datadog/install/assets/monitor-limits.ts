import { isObject, type JsonObject } from '../../shared/json.js';

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

/** A monitor with its limits put in. */
export function limited(monitor: JsonObject, name: MonitorName, limits: Limits): JsonObject {
  const everyMinutes = limits.every / 60_000;
  switch (name) {
    case 'no-successful-run':
      return within(monitor, 2 * everyMinutes);
    case 'error-rate':
      // A run brings the requests since the last one: what is younger than that is not all there yet.
      return delayed(above(monitor, limits.errorRate), Math.min(everyMinutes * 60, MAX_DELAY_S));
    case 'cost-rise':
      return above(monitor, limits.costRise);
    case 'low-balance':
      return within(above(monitor, limits.balanceBelow), Math.max(HOUR_MINUTES, 2 * everyMinutes));
    default:
      return name satisfies never;
  }
}

/**
 * A monitor with the limits that it has in the account, but for those that are given now: an alarm that somebody has
 * tuned, here or in Datadog, is not set back by an install that says nothing about it.
 */
export function keepingLimits(
  monitor: JsonObject,
  name: string,
  there: JsonObject,
  given: Partial<Limits>,
): JsonObject {
  switch (name as MonitorName) {
    case 'no-successful-run':
      return given.every === undefined ? keepingWindow(monitor, there) : monitor;
    case 'error-rate': {
      const delayed = given.every === undefined ? keepingDelay(monitor, there) : monitor;
      return given.errorRate === undefined ? keepingThresholds(delayed, there) : delayed;
    }
    case 'cost-rise':
      return given.costRise === undefined ? keepingThresholds(monitor, there) : monitor;
    case 'low-balance': {
      const windowed = given.every === undefined ? keepingWindow(monitor, there) : monitor;
      return given.balanceBelow === undefined ? keepingThresholds(windowed, there) : windowed;
    }
    default:
      return monitor;
  }
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

function keepingWindow(monitor: JsonObject, there: JsonObject): JsonObject {
  const window = WINDOW.exec(String(there.query))?.[1];
  return window === undefined ? monitor : over(monitor, window);
}

/** With a threshold for warnings, where somebody has added one. */
function keepingThresholds(monitor: JsonObject, there: JsonObject): JsonObject {
  const { thresholds } = optionsOf(there);
  if (!isObject(thresholds) || typeof thresholds.critical !== 'number') return monitor;
  const kept = above(monitor, thresholds.critical);
  return { ...kept, options: { ...optionsOf(kept), thresholds } };
}

function keepingDelay(monitor: JsonObject, there: JsonObject): JsonObject {
  const { evaluation_delay: delay } = optionsOf(there);
  return typeof delay === 'number' ? delayed(monitor, delay) : monitor;
}

function optionsOf({ options }: JsonObject): JsonObject {
  return isObject(options) ? options : {};
}
