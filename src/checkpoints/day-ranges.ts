import { addDays, type Day, formatDays } from '../time/day.js';

/** Days as ranges, both ends included; sorted, and no two of them touch. */
export type DayRanges = readonly (readonly [from: Day, through: Day])[];

export function holdsDay(ranges: DayRanges, day: Day): boolean {
  return ranges.some(([from, through]) => from <= day && day <= through);
}

/** The ranges with this day in them. */
export function withDay(ranges: DayRanges, day: Day): DayRanges {
  return withDays(ranges, [day]);
}

/** The ranges with these days in them, which may be in any order. */
export function withDays(ranges: DayRanges, days: readonly Day[]): DayRanges {
  const all: DayRanges = [...ranges, ...days.map((day) => [day, day] as const)];
  const joined: [from: Day, through: Day][] = [];
  for (const [from, through] of [...all].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const last = joined.at(-1);
    if (last === undefined || from > addDays(last[1], 1)) joined.push([from, through]);
    else if (through > last[1]) last[1] = through;
  }
  return joined;
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

/** Days as the shortest list of ranges. */
export function rangesOf(days: readonly Day[]): DayRanges {
  return withDays([], days);
}

/** `2026-11-01 to 2026-11-03, 2026-11-09` */
export function formatRanges(ranges: DayRanges): string {
  return ranges.map(([since, until]) => formatDays({ since, until })).join(', ');
}
