import { isGrowing } from '../../../src/checkpoints/due-rules.js';
import { counted as countOf, formatCount, formatDollars } from '../../../src/text/text-table.js';
import type { Day } from '../../../src/time/day.js';
import { timestampAt } from '../../../src/time/timestamp.js';
import type { Verdict } from '../streams/reconciliation.js';
import { isOfOlderVersion, type Side } from './side.js';

export type ComparedUnit = 'request' | 'hour' | 'character' | 'token' | 'dollar';

/** Two sides of a day that should be the same. */
export interface Comparison {
  readonly comparison: string;
  readonly unit: ComparedUnit;
  /** What records add up to. */
  readonly counted: Side;
  /** Deepgram's own total. */
  readonly reported: Side;
  readonly tolerance: number;
  /** True where it does not matter that one was read later than the other. Default false. */
  readonly isOfMoments?: boolean;
  /** What is known that explains a difference of so much; undefined where nothing does. */
  explain?(difference: number): string | undefined;
}

export interface Finding {
  readonly difference: number | null;
  readonly verdict: Verdict;
  readonly explanation: string | null;
}

/** What a comparison comes to. Where both sides are the same, nothing else matters. */
export function verdictOn(comparison: Comparison, day: Day, nowMs: number): Finding {
  const { counted, reported, tolerance } = comparison;
  const sides = [counted, reported];
  const unknown = (explanation: string): Finding => ({ difference: null, verdict: 'unknown', explanation });
  const unread = sides.filter(({ reading }) => reading === undefined);
  if (unread.length > 0) return unknown(`${namesOf(unread)}: not read`);
  const older = sides.filter(isOfOlderVersion);
  if (older.length > 0) return unknown(`${namesOf(older)}: read by an older version, which kept less of it`);
  if (counted.value === undefined || reported.value === undefined)
    return unknown(`${namesOf(sides.filter(({ value }) => value === undefined))}: not given`);
  const difference = rounded(counted.value - reported.value);
  if (Math.abs(difference) <= tolerance) return { difference, verdict: 'equal', explanation: null };
  const explanation = explanationOf(comparison, difference);
  if (explanation !== undefined) return { difference, verdict: 'explained', explanation };
  return isGrowing(day, nowMs)
    ? { difference, verdict: 'unknown', explanation: 'the day is not over, or not for two hours' }
    : { difference, verdict: 'unexplained', explanation: null };
}

function explanationOf(comparison: Comparison, difference: number): string | undefined {
  const { counted, reported, isOfMoments = false } = comparison;
  const sides = [counted, reported];
  const keptBack = sides.filter(({ reading }) => reading?.isKeptBack);
  if (keptBack.length > 0) return `kept back: a later answer of ${namesOf(keptBack)} gave less`;
  const restated = isOfMoments ? undefined : notAtTheSameTime(counted, reported);
  return restated ?? comparison.explain?.(difference);
}

/** Of the same totals of the day, the moment does not matter. */
function notAtTheSameTime(one: Side, other: Side): string | undefined {
  const [first, second] = [one.reading, other.reading];
  if (first === undefined || second === undefined || first.readAtMs === second.readAtMs) return undefined;
  if (first.version !== undefined && first.version === second.version) return undefined;
  const readAt = ({ called, reading }: Side) =>
    reading?.readAtMs
      ? `${called} was read at ${timestampAt(reading.readAtMs).slice(0, 16)}Z`
      : `${called} earlier`;
  return `restated since: ${readAt(one)}, ${readAt(other)}`;
}

/** What the sides are called within a sentence, and what was reported. */
interface InWords extends Pick<Comparison, 'comparison' | 'unit'> {
  readonly counted: Pick<Side, 'called'>;
  readonly reported: Pick<Side, 'called' | 'value'>;
}

/** The difference in words: `12 requests of 480 in usage are not in the request log`. */
export function inWords({ comparison, unit, counted, reported }: InWords, difference: number): string {
  const amount = amountOf(Math.abs(difference), unit);
  const total = numberOf(reported.value ?? 0, unit);
  const what = comparison === `${unit}s` || comparison === 'cost' ? '' : ` (${comparison})`;
  return difference < 0
    ? `${amount} of ${total} in ${reported.called} are not in ${counted.called}${what}`
    : `${amount} more in ${counted.called} than the ${total} in ${reported.called}${what}`;
}

function amountOf(value: number, unit: ComparedUnit): string {
  if (unit === 'dollar') return formatDollars(value);
  return unit === 'hour' ? `${value.toFixed(2)} hours` : countOf(Math.round(value), unit);
}

/** The same without its unit, where that was said. */
function numberOf(value: number, unit: ComparedUnit): string {
  if (unit === 'dollar') return formatDollars(value);
  return unit === 'hour' ? value.toFixed(2) : formatCount(Math.round(value));
}

function namesOf(sides: readonly Side[]): string {
  return sides.map(({ called }) => called).join(' and ');
}

/** Sums of binary fractions have digits that nobody gave. */
export function rounded<Value extends number | null>(value: Value): Value {
  return (value === null ? null : Math.round(value * 1e9) / 1e9) as Value; // safe: null stays null
}
