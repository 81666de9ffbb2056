import { addDays, type Day, daysThrough, startOfDay } from '../../../src/time/day.js';

/** A calendar month in UTC, `YYYY-MM`. */
export type Month = string;

export function monthOf(day: Day): Month {
  return day.slice(0, 'YYYY-MM'.length);
}

/** The first millisecond of a month. */
export function startOfMonth(month: Month): number {
  return startOfDay(`${month}-01`);
}

/** The first millisecond after a month. */
export function endOfMonth(month: Month): number {
  return startOfMonth(monthOf(addDays(`${month}-01`, 31)));
}

export function daysOfMonth(month: Month): readonly Day[] {
  return daysThrough(`${month}-01`, `${month}-31`).filter((day) => monthOf(day) === month);
}
