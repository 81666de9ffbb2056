import { addDays, type Day } from '../../../../src/time/day.js';

/** The names of one thing, each with the day from which it holds, in order; the first holds for all days before it, too. */
export type NameHistory = [from: Day, name: string][];

/** Days after which it matters no more what was called how. */
export const REMEMBERED_DAYS = 400;
/** Names kept of one thing: a server that gives ever new ones must not fill the memory. */
const MOST_NAMES = 50;

/** What it was called on a day; undefined where no name is known. */
export function nameOn(history: NameHistory, day: Day): string | undefined {
  return (history.findLast(([from]) => from <= day) ?? history[0])?.[1];
}

/**
 * With the name that it has today. A new one holds from tomorrow: what was read earlier today, and what is read again of
 * the days before, carries the one that it had.
 */
export function withName(history: NameHistory, name: string, today: Day): NameHistory {
  // A name that was to hold from tomorrow, and was changed once more, never held.
  const held = history.filter(([from], at) => at === 0 || from <= today);
  if (held.length === 0) return [[today, name]];
  if (held.at(-1)?.[1] !== name) held.push([addDays(today, 1), name]);
  const past = addDays(today, -REMEMBERED_DAYS);
  const first = Math.max(
    0,
    held.findLastIndex(([from]) => from <= past),
  );
  return held.slice(Math.max(first, held.length - MOST_NAMES));
}
