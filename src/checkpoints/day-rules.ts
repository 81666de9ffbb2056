import { addDays, type Day, startOfDay } from '../time/day.js';
import { timestampAt } from '../time/timestamp.js';
import type { DayReading, DueReason } from './checkpoints.js';
import { holdsDay, withDay, withoutDay } from './day-ranges.js';
import type { KnownDays } from './file/state-document.js';

/**
 * Days after its end at which a day is closed although records of it never settled, such as those that cost
 * nothing for good: a day must not stay open for ever.
 */
const CLOSE_UNSETTLED_AFTER_MS = 14 * 86_400_000;

/**
 * Why a day is to be read; undefined where it is not. One that was lost is still lacking: where it can be read after
 * all, it was a wrong clock that lost it.
 *
 * @param lookbackFrom the first day of the lookback
 */
export function dueReason(
  { closed, open, lost }: KnownDays,
  day: Day,
  lookbackFrom: Day,
): DueReason | undefined {
  const isClosed = holdsDay(closed, day);
  const unsettled = open[day]?.unsettled;
  if (!isClosed && unsettled === undefined) return { why: holdsDay(lost, day) ? 'lost' : 'new' };
  if (day >= lookbackFrom) return { why: 'lookback' };
  return isClosed ? undefined : { why: 'open', unsettled: unsettled ?? 0 };
}

/** The first day that was ever delivered or lost; undefined where nothing was. */
export function firstDay({ closed, open, lost }: KnownDays): Day | undefined {
  return [...closed.map(([from]) => from), ...lost.map(([from]) => from), ...Object.keys(open)].sort()[0];
}

/** The last day that was delivered; undefined where none was. */
export function lastDay({ closed, open }: KnownDays): Day | undefined {
  return [...closed.map(([, through]) => through), ...Object.keys(open)].sort().at(-1);
}

/** True where a day was read after this moment. Of a closed one it is only known that it was older than the lookback. */
export function readAfter(
  { closed, open }: KnownDays,
  day: Day,
  thanMs: number,
  lookbackMs: number,
): boolean {
  const readAt = open[day]?.read_at;
  if (readAt !== undefined) return Date.parse(readAt) > thanMs;
  return holdsDay(closed, day) && endOf(day) + lookbackMs > thanMs;
}

/** True where a reading at this moment closes a day, whatever it finds. */
export function isLastReading(day: Day, readAtMs: number, lookbackMs: number): boolean {
  return readAtMs - endOf(day) >= Math.max(CLOSE_UNSETTLED_AFTER_MS, lookbackMs);
}

/**
 * A day that was read and delivered. It is closed by a reading that took place when the day was over, older than the
 * lookback, and all its records were settled; until then it is open, and each run reads it again.
 */
export function closeOrKeepOpen(
  before: KnownDays,
  day: Day,
  { readAtMs, records, unsettled, isFinal }: DayReading,
  lookbackMs: number,
): KnownDays {
  const age = readAtMs - endOf(day);
  const isSettled = unsettled === 0 || age >= CLOSE_UNSETTLED_AFTER_MS;
  // What was closed once stays so, also where the lookback has grown since; but a day that is not over was closed by
  // a clock that was ahead.
  const isOldEnough = age >= lookbackMs || (age >= 0 && holdsDay(before.closed, day));
  // Records do not go away: of an answer that is suddenly shorter a second one has to say the same.
  const hasShrunk = records < (before.open[day]?.records ?? 0);
  const isClosed = isFinal || (isSettled && isOldEnough && !hasShrunk);
  const { [day]: _before, ...others } = before.open;
  return {
    closed: isClosed ? withDay(before.closed, day) : withoutDay(before.closed, day),
    open: isClosed ? others : { ...others, [day]: { read_at: timestampAt(readAtMs), records, unsettled } },
    lost: withoutDay(before.lost, day),
  };
}

/**
 * Days that the source has deleted: closed where the sink has them whole, lost where it does not. `lost` are those of
 * them that were not known to be.
 */
export function dropExpired(
  before: KnownDays,
  days: readonly Day[],
): { readonly after: KnownDays; readonly lost: readonly Day[] } {
  const whole = days.filter((day) => isWhole(before, day));
  const lost = days.filter((day) => !whole.includes(day));
  return {
    after: {
      closed: whole.reduce(withDay, before.closed),
      open: Object.fromEntries(Object.entries(before.open).filter(([day]) => !days.includes(day))),
      lost: lost.reduce(withDay, before.lost),
    },
    lost: lost.filter((day) => !holdsDay(before.lost, day)),
  };
}

/** True where a sink has all there was of a day, which at most was too young to be closed. */
function isWhole({ closed, open }: KnownDays, day: Day): boolean {
  if (holdsDay(closed, day)) return true;
  const found = open[day];
  return found !== undefined && found.unsettled === 0 && Date.parse(found.read_at) >= endOf(day);
}

function endOf(day: Day): number {
  return startOfDay(addDays(day, 1));
}
