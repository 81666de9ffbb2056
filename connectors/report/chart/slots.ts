import { addDays, type Day, startOfDay } from '../../../src/time/day.js';
import { dayName, type Month, shortMonthName } from '../account/calendar.js';

/** A place on the axis of time. */
export interface Slot {
  /** `2026-11-14`, or `2026-11`. */
  readonly name: string;
  /** What stands below the axis; nothing for most days. */
  readonly label?: string;
  /** True where a narrow screen has no room for the label. */
  readonly isMinor?: boolean;
  readonly isWeekend?: boolean;
  /** True where the day is not over. */
  readonly isOpen?: boolean;
}

/** Days, Mondays labelled. */
export function daySlots(days: readonly Day[], openDay: Day | undefined): readonly Slot[] {
  let mondays = 0;
  // A label needs the room of a few days behind it.
  const last = addDays(days.at(-1) ?? '1970-01-01', -2);
  return days.map((day): Slot => {
    const weekday = new Date(startOfDay(day)).getUTCDay();
    const slot = { name: day, isWeekend: weekday === 0 || weekday === 6, isOpen: day === openDay };
    if (weekday !== 1 || day > last) return slot;
    mondays += 1;
    return { ...slot, label: dayName(day), isMinor: mondays % 2 === 0 };
  });
}

export function monthSlots(months: readonly Month[], openMonth: Month | undefined): readonly Slot[] {
  return months.map((month, at) => ({
    name: month,
    label: shortMonthName(month).slice(0, 3),
    isMinor: at % 3 !== 0,
    isOpen: month === openMonth,
  }));
}
