import type { Day } from '../../../src/time/day.js';
import type { Entry } from '../totals/entry.js';
import { byDay, type DaySums, daySums } from './day-sums.js';
import { type MonthSums, monthSums } from './month-sums.js';

/** A project and month of which charts draw the days. */
export interface DrawnMonth {
  /** Of its days that are compared with those of another month; and of all others. */
  readonly compared?: MonthSums;
  readonly others?: MonthSums;
  readonly days: readonly DaySums[];
}

/** @param last the last day that is compared */
export function drawnMonth(entries: readonly Entry[], last: Day): DrawnMonth {
  const days = new Map([...byDay(entries)].map(([day, ofDay]) => [day, daySums(day, ofDay)]));
  const sumsOf = (day: Day, ofDay: readonly Entry[]) => days.get(day) ?? daySums(day, ofDay);
  const isCompared = ({ day }: Entry) => day !== null && day <= last;
  const compared = entries.filter(isCompared);
  const others = entries.filter((entry) => !isCompared(entry));
  return {
    ...(compared.length > 0 && { compared: monthSums(compared, sumsOf) }),
    ...(others.length > 0 && { others: monthSums(others, sumsOf) }),
    days: [...days.values()].map(({ groups, ...sums }) => ({
      ...sums,
      groups: groups.filter(({ by }) => by === 'cost_line_item' || by === 'usage_endpoint'),
    })),
  };
}
