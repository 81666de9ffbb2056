import { addDays, type Day, dayAt, daysThrough, firstOfMonth } from '../../../src/time/day.js';

/** `2026-11`. */
export type Month = string;

/** Stretches of days that amounts are added up over; of `complete` and `same` costs alone. */
export const PERIODS = ['month', 'before', 'complete', 'same', 'all'] as const;
export type Period = (typeof PERIODS)[number];

/** What the page calls now, before and by then. */
export interface Calendar {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The newest day that there are totals of. */
  readonly newest: Day;
  /** True where that day is not over, so that its numbers still grow. */
  readonly isOpen: boolean;
  /** The last day that is over. It decides which month the page is about. */
  readonly lastComplete: Day;
  readonly month: Month;
  readonly monthBefore: Month;
  /** Days of the month that are over, and the same days of the month before: all of it where the month is over. */
  readonly complete: readonly Day[];
  readonly same: readonly Day[];
  /** True where the month is over. */
  readonly isMonthOver: boolean;
  /** How many days the month has. */
  readonly monthDays: number;
  /** Months that are shown, the oldest first. */
  readonly months: readonly Month[];
  /** Days of charts by day: those of the month before and of this one, through the newest. */
  readonly chartDays: readonly Day[];
}

/** @param about the month that it is about. Default: that of the last day that is over */
export function calendarOf(newest: Day, months: number, now: number, about?: Month): Calendar {
  const isOpen = newest >= dayAt(now);
  const lastComplete = isOpen ? addDays(newest, -1) : newest;
  const month = about ?? monthOf(lastComplete);
  const before = monthBefore(month);
  const complete = daysThrough(`${month}-01`, lastComplete);
  const isMonthOver = complete.length === daysOf(month).length;
  // A whole month is held against a whole one.
  const same = isMonthOver ? daysOf(before) : daysOf(before).slice(0, complete.length);
  const shown = [monthOf(newest)];
  while (shown.length < months) shown.unshift(monthBefore(shown[0] ?? month));
  return {
    now,
    newest,
    isOpen,
    lastComplete,
    month,
    monthBefore: before,
    complete,
    same,
    isMonthOver,
    monthDays: daysOf(month).length,
    months: shown,
    chartDays: daysThrough(`${before}-01`, newest),
  };
}

export function monthOf(day: Day): Month {
  return day.slice(0, 7);
}

export function monthBefore(month: Month): Month {
  return monthOf(addDays(`${month}-01`, -1));
}

export function daysOf(month: Month): readonly Day[] {
  const first = `${month}-01`;
  return daysThrough(first, addDays(firstOfMonth(addDays(first, 31)), -1));
}

/** The periods that a day belongs to, or a month as a whole. */
export function periodsOf(
  day: Day | Month,
  { month, monthBefore, lastComplete, same, months }: Calendar,
): Period[] {
  const of = monthOf(day);
  const isIn: Readonly<Record<Period, boolean>> = {
    month: of === month,
    before: of === monthBefore,
    complete: day !== of && of === month && day <= lastComplete,
    same: day !== of && of === monthBefore && day <= (same.at(-1) ?? ''),
    all: of >= (months[0] ?? ''),
  };
  return PERIODS.filter((period) => isIn[period]);
}

const NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `November 2026`. */
export function monthName(month: Month): string {
  return `${shortMonthName(month)} ${month.slice(0, 4)}`;
}

/** `November`. */
export function shortMonthName(month: Month): string {
  return NAMES[Number(month.slice(5)) - 1] ?? month;
}

/** `since Oct 2026`: the first month that there is anything of. */
export function sinceWords({
  calendar,
  months,
}: {
  readonly calendar: Calendar;
  readonly months: ReadonlyMap<Month, unknown>;
}): string {
  const first = calendar.months.find((month) => months.has(month)) ?? calendar.month;
  return `since ${shortMonthName(first).slice(0, 3)} ${first.slice(0, 4)}`;
}

/** `Nov 20`. */
export function dayName(day: Day): string {
  return `${shortMonthName(monthOf(day)).slice(0, 3)} ${Number(day.slice(8))}`;
}

/** `Oct 1 to 19`, `Oct 30 to Nov 2`. */
export function daysWords(first: Day = '', last: Day = first): string {
  if (first === last) return dayName(first);
  return `${dayName(first)} to ${monthOf(first) === monthOf(last) ? Number(last.slice(8)) : dayName(last)}`;
}
