import { addDays, type Day } from '../time/day.js';

/** Days as ranges, both ends included; sorted, and no two of them touch. */
export type DayRanges = readonly (readonly [from: Day, through: Day])[];

export function holdsDay(ranges: DayRanges, day: Day): boolean {
  return ranges.some(([from, through]) => from <= day && day <= through);
}

/** The ranges with this day in them. */
export function withDay(ranges: DayRanges, day: Day): DayRanges {
  const apart = ranges.filter(([start, end]) => addDays(end, 1) < day || addDays(day, 1) < start);
  const joined = ranges.filter((range) => !apart.includes(range));
  const first = [day, ...joined.map(([start]) => start)].sort()[0] ?? day;
  const last = [day, ...joined.map(([, end]) => end)].sort().at(-1) ?? day;
  return [...apart, [first, last] as const].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The ranges without this day. */
export function withoutDay(ranges: DayRanges, day: Day): DayRanges {
  return ranges.flatMap(([from, through]): DayRanges => {
    if (day < from || through < day) return [[from, through]];
    const parts: DayRanges = [
      [from, addDays(day, -1)],
      [addDays(day, 1), through],
    ];
    return parts.filter(([start, end]) => start <= end);
  });
}

/** Days in order as the shortest list of ranges. */
export function rangesOf(days: readonly Day[]): DayRanges {
  return days.reduce(withDay, []);
}

/** `2026-11-01 to 2026-11-03, 2026-11-09` */
export function formatRanges(ranges: DayRanges): string {
  return ranges.map(([from, through]) => (from === through ? from : `${from} to ${through}`)).join(', ');
}
