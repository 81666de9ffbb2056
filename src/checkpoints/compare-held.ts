import type { HeldPartition } from '../catalogue/sink.js';
import type { Day } from '../time/day.js';
import type { LastReading } from './checkpoints.js';
import type { KnownDays } from './file/state-document.js';

/**
 * True where a sink holds of a day what it was given: an older copy of its files may have come back, or some of them
 * may be gone. Where nothing is remembered of the reading, being there is enough.
 *
 * @param held undefined where it holds nothing of that day
 */
export function holdsWhatItGot(
  { open }: KnownDays,
  day: Day,
  held: HeldPartition | undefined,
  last: LastReading | undefined,
): boolean {
  if (held === undefined) return false;
  const found = open[day];
  if (found !== undefined && found.records !== held.records) return false;
  // An open day of a reading that found something else is read again anyway; a closed one was closed by the last.
  const isAsLast =
    last !== undefined && (found === undefined || isSameReading(Date.parse(found.read_at), last));
  return !isAsLast || isSameSize(held, last);
}

/** True where what was read at this moment is what the last reading found. */
export function isSameReading(readAtMs: number, last: LastReading): boolean {
  return last.sameSinceMs <= readAtMs && readAtMs <= last.readAtMs;
}

/**
 * True for as many records with the same sums; these are made by adding up, so they may differ in their last digits. A sum
 * that only one of them has is of a version that knew of it, and says nothing.
 */
export function isSameSize(one: HeldPartition, other: HeldPartition): boolean {
  return (
    one.records === other.records &&
    Object.entries(one.sums).every(([name, sum]) => isClose(sum, other.sums[name] ?? sum))
  );
}

function isClose(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1e-6 * Math.max(1, Math.abs(one), Math.abs(other));
}
