import { type Day, dayAt, startOfDay } from '../../../../src/time/day.js';
import { mix, Random } from '../random/random.js';
import type { AccountProject } from './account.js';
import type { GeneratedDay } from './requests/generated-request.js';

/** How many requests a day has: the same number every day, or one of your own for each project and day. */
export type RequestsPerDay = number | ((project: { id: string; name: string }, day: Day) => number);

/** Finds the day of a project by its number since the epoch. */
export type DayFinder = (project: AccountProject, dayNumber: number) => GeneratedDay;

const DAY_MS = 86_400_000;
/** Of about 400 requests on a working day, Monday to Sunday. */
const WEEK = [1, 1.1, 1.05, 1.05, 0.9, 0.35, 0.25];

export function dayFinder(requestsPerDay: RequestsPerDay | undefined): DayFinder {
  return (project, dayNumber) => ({
    project,
    dayNumber,
    seed: mix(project.seed, dayNumber),
    count: countOf(project, dayNumber, requestsPerDay),
  });
}

export function dayNumberOf(day: Day): number {
  return startOfDay(day) / DAY_MS;
}

function countOf(project: AccountProject, dayNumber: number, wanted: RequestsPerDay | undefined): number {
  if (typeof wanted === 'number') return wanted;
  if (wanted) return wanted(project, dayOfNumber(dayNumber));
  const weekday = (dayNumber + 3) % 7; // the epoch was a Thursday
  const luck = 0.85 + 0.3 * new Random(mix(project.seed, dayNumber)).fraction();
  return Math.round(400 * (WEEK[weekday] ?? 1) * luck);
}

function dayOfNumber(dayNumber: number): Day {
  return dayAt(dayNumber * DAY_MS);
}
