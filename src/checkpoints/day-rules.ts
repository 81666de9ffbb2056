import { type Day, endOfDay } from '../time/day.js';
import { timestampAt } from '../time/timestamp.js';
import type { DayReading, LastReading } from './checkpoints.js';
import { holdsDay, withDay, withDays, withoutDay } from './day-ranges.js';
import type { KnownDays } from './file/state-document.js';

/** Beyond the lookback, a day is kept open for so long for records that may still change. */
const UNSETTLED_MS = 86_400_000;
/** After its end a day is closed by then although some of it could not be understood: none must stay open for ever. */
const CLOSE_PARTIAL_AFTER_MS = 14 * 86_400_000;

/**
 * As states say it that know no beginning: with the first day that was ever delivered or lost.
 */
export function withBeginning(known: KnownDays): KnownDays {
  const begins = firstDay(known);
  return begins === undefined ? known : { ...known, begins };
}

/**
 * A day that an ordinary run delivers, or finds lost: it begins with its window, or with a day before that which it reads
 * for the first time.
 */
export function beginBy(known: KnownDays, day: Day, since: Day): KnownDays {
  const isNew = !hasDay(known, day) && !holdsDay(known.lost, day);
  const [begins = since] = [since, ...(isNew ? [day] : []), ...(known.begins ? [known.begins] : [])].sort();
  return { ...known, begins };
}

/** The first day that was ever delivered or lost; undefined where nothing was. */
function firstDay({ closed, open, lost }: KnownDays): Day | undefined {
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
  return holdsDay(closed, day) && endOfDay(day) + lookbackMs > thanMs;
}

/** True where a reading at this moment closes a day, also one with records that may still change. */
export function isLastReading(day: Day, readAtMs: number, lookbackMs: number): boolean {
  return readAtMs - endOfDay(day) >= lookbackMs + UNSETTLED_MS;
}

/**
 * A day that was read and delivered. It is closed by a reading that took place when the day was over and older than
 * the lookback, and that was whole; until then it is open.
 */
export function closeOrKeepOpen(
  before: KnownDays,
  day: Day,
  { readAtMs, records, unsettled, isPartial, isUnresolved, isFinal }: DayReading,
  lookbackMs: number,
): KnownDays {
  const age = readAtMs - endOfDay(day);
  const isSettled = (unsettled === 0 && !isUnresolved) || isLastReading(day, readAtMs, lookbackMs);
  const isWhole = !isPartial || age >= CLOSE_PARTIAL_AFTER_MS;
  // What was closed once stays so, also where the lookback has grown since; but a day that is not over was closed by
  // a clock that was ahead.
  const isOldEnough = age >= lookbackMs || (age >= 0 && holdsDay(before.closed, day));
  const isClosed = isFinal || (isSettled && isWhole && isOldEnough);
  const { [day]: _before, ...others } = before.open;
  const opened = {
    read_at: timestampAt(readAtMs),
    records,
    unsettled,
    ...(isPartial ? ({ partial: true } as const) : {}),
    ...(isUnresolved ? ({ unresolved: true } as const) : {}),
  };
  return {
    ...before,
    closed: isClosed ? withDay(before.closed, day) : withoutDay(before.closed, day),
    open: isClosed ? others : { ...others, [day]: opened },
    lost: withoutDay(before.lost, day),
  };
}

/** A closed day in which something has changed: open again, as it was read last. */
export function reopen(before: KnownDays, day: Day, { readAtMs, records }: LastReading): KnownDays {
  const opened = { read_at: timestampAt(readAtMs), records, unsettled: 0 };
  return { ...before, closed: withoutDay(before.closed, day), open: { ...before.open, [day]: opened } };
}

/** A day that the sink has no more. */
export function forgetDay(before: KnownDays, day: Day): KnownDays {
  const { [day]: _before, ...open } = before.open;
  return { ...before, closed: withoutDay(before.closed, day), open };
}

/** True for a day that was delivered. */
export function hasDay({ closed, open }: KnownDays, day: Day): boolean {
  return open[day] !== undefined || holdsDay(closed, day);
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
  const lost = days.filter((day) => !isWhole(before, day));
  const gone = new Set(days);
  return {
    after: {
      ...before,
      closed: withDays(before.closed, whole),
      open: Object.fromEntries(Object.entries(before.open).filter(([day]) => !gone.has(day))),
      lost: withDays(before.lost, lost),
    },
    lost: lost.filter((day) => !holdsDay(before.lost, day)),
  };
}

/** True where a sink has all there was of a day, which at most was too young to be closed. */
function isWhole({ closed, open }: KnownDays, day: Day): boolean {
  if (holdsDay(closed, day)) return true;
  const found = open[day];
  return (
    found !== undefined &&
    found.unsettled === 0 &&
    !found.partial &&
    Date.parse(found.read_at) >= endOfDay(day)
  );
}
