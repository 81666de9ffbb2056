import type { Failure } from '../errors/export-error.js';
import type { Project } from '../streams/partition.js';
import { addDays, type Day, dayAt, daysThrough, firstOfMonth } from '../time/day.js';

/** Dollars by day, as the source bills them. A day that is not there has cost nothing. */
export type DailyCosts = ReadonlyMap<Day, number>;

/** What a project has cost since {@link firstCostDay}, or why that is not known. */
export type ProjectCosts = { readonly project: Project } & (
  | { readonly days: DailyCosts }
  | { readonly days?: undefined; readonly failure: Failure }
);

/** A day, one week before it, and that week's own before: what a rise is told from. */
const COMPARED_DAYS = 1 + 7 + 7;

/**
 * The first day whose costs are of interest at a moment, whatever the window is: yesterday may be the last day of the
 * month before, and is compared with the same day a week before.
 */
export function firstCostDay(now: number): Day {
  const today = dayAt(now);
  const [first = today] = [firstOfMonth(addDays(today, -1)), addDays(today, -COMPARED_DAYS)].sort();
  return first;
}

export function costBetween(costs: DailyCosts, since: Day, until: Day): number {
  return sumDollars(daysThrough(since, until).map((day) => costs.get(day) ?? 0));
}

/** To the millionth: 0.1 and 0.2 must not be more than 0.3. */
export function sumDollars(dollars: readonly number[]): number {
  return Math.round(dollars.reduce((total, some) => total + some, 0) * 1e6) / 1e6;
}
