import type { Day } from '../../../src/time/day.js';
import type { Entry } from '../totals/entry.js';

/** The entries of a project by day, in the order of the days. */
export function byDay<One extends Pick<Entry, 'day'>>(
  entries: readonly One[],
): ReadonlyMap<Day, readonly One[]> {
  const days = new Map<Day, One[]>();
  for (const entry of entries) {
    if (entry.day === null) continue;
    const ofDay = days.get(entry.day) ?? [];
    ofDay.push(entry);
    days.set(entry.day, ofDay);
  }
  return new Map([...days].sort(([one], [other]) => (one < other ? -1 : 1)));
}
