import { type Day, endOfDay } from '../time/day.js';
import { everyHours } from '../time/duration.js';
import type { DueReason, LastReading, RestReason } from './checkpoints.js';
import { isSameReading } from './compare-held.js';
import { holdsDay } from './day-ranges.js';
import type { KnownDays } from './file/state-document.js';

/** What decides whether a day is read, beside what the sink has of it. */
export interface Circumstances {
  readonly nowMs: number;
  readonly lookbackMs: number;
  readonly last: LastReading | undefined;
  /** What the source says of the whole day now, shortened as in {@link LastReading}; undefined where it says nothing. */
  readonly version: string | undefined;
  /** True where nothing of it can have changed while the version is the same. */
  readonly followsTotals: boolean;
  /** True where less than what is delivered is what the user wants. */
  readonly acceptsLess: boolean;
}

/** Requests of a day may appear for so long after its end; receivers take points for an hour. */
const ARRIVING_MS = 2 * 3_600_000;
/** Between two readings of a day of which something may still change. */
const MAY_CHANGE_MS = everyHours(1);
/** Between two readings of a day within the lookback of which nothing is known to have changed. */
const LOOKBACK_MS = everyHours(6);
/** Between two readings of a snapshot. */
const SNAPSHOT_MS = everyHours(1);

/**
 * Why a day is to be read for a sink, or why not. A day that still grows is read with every run, and so is one whose
 * reading will close it. Of others a reading is worth its calls when the source says that something has changed, or
 * when enough time has gone by.
 *
 * One that was lost is still lacking: where it can be read after all, it was a wrong clock that lost it.
 */
export function dueReason(known: KnownDays, day: Day, now: Circumstances): DueReason | RestReason {
  const { nowMs, last, version } = now;
  const less = last?.less;
  if (less) {
    const rests = !now.acceptsLess && Math.abs(nowMs - less.readAtMs) < MAY_CHANGE_MS;
    return rests ? { rests: 'kept-back' } : { why: 'kept-back' };
  }
  const isClosed = holdsDay(known.closed, day);
  const open = known.open[day];
  if (!isClosed && !open) return { why: holdsDay(known.lost, day) ? 'lost' : 'new' };
  const readAtMs = open ? Date.parse(open.read_at) : last?.readAtMs;
  // Others have got a later reading since, which found something else.
  const isBehind =
    open !== undefined && !(last !== undefined && isSameReading(Date.parse(open.read_at), last));
  const isSame = version !== undefined && version === last?.version;
  const age = nowMs - endOfDay(day);
  const isLate = age >= now.lookbackMs;
  const mayChange =
    open !== undefined &&
    (open.unsettled > 0 || open.partial === true || (isLate && open.unresolved === true));
  // However it was: where the clock has been set back, what was read is still to come.
  const since = Math.abs(nowMs - (readAtMs ?? Number.NEGATIVE_INFINITY));
  if (isGrowing(day, nowMs)) {
    const rests = now.followsTotals && isSame && !isBehind && since < MAY_CHANGE_MS;
    return rests ? { rests: 'unchanged' } : { why: 'lookback' };
  }
  if (!open && isLate) return { rests: 'closed' };
  if (open && version !== undefined && last?.version !== undefined && !isSame) return { why: 'changed' };
  // A reading that could close it: at once, but for one that did not, since something may still change.
  const isClosing = isLate && !(mayChange && age - since >= now.lookbackMs);
  const isDue = isBehind || isClosing || since >= (mayChange ? MAY_CHANGE_MS : LOOKBACK_MS);
  if (!isDue) return { rests: 'unchanged' };
  return open && (mayChange || isClosing) ? { why: 'open', unsettled: open.unsettled } : { why: 'lookback' };
}

/** True for a day that is not over, or so shortly that records of it may still appear: whatever is known of it, it is read again. */
export function isGrowing(day: Day, nowMs: number): boolean {
  return nowMs - endOfDay(day) < ARRIVING_MS;
}

/** Why the snapshot is to be read for a sink, or why not. */
export function snapshotReason({ snapshot }: KnownDays, nowMs: number): DueReason | RestReason {
  const isRecent = snapshot !== undefined && Math.abs(nowMs - Date.parse(snapshot)) < SNAPSHOT_MS;
  return isRecent ? { rests: 'unchanged' } : { why: 'snapshot' };
}
