import { isDeepStrictEqual } from 'node:util';
import { type Day, daysThrough } from '../../time/day.js';
import { type DayRanges, holdsDay, withDay, withoutDay } from '../day-ranges.js';
import type { KnownDays } from '../file/state-document.js';

/** What something was when it was last the same for all, and what two processes have made of it since. */
export interface Versions<Value> {
  readonly base: Value;
  readonly mine: Value;
  readonly theirs: Value;
}

/** What sinks have of one stream and project, by their names. */
export type DaysOfSinks = ReadonlyMap<string, KnownDays>;

const NOTHING: KnownDays = { closed: [], open: {}, lost: [] };

/** Of each sink what both have come to know; a sink of which there is nothing is left out. */
export function mergeSinks({ base, mine, theirs }: Versions<DaysOfSinks>): DaysOfSinks {
  const merged = new Map<string, KnownDays>();
  for (const sink of new Set([...theirs.keys(), ...mine.keys()])) {
    const days = mergeDays({ base: base.get(sink), mine: mine.get(sink), theirs: theirs.get(sink) });
    if (days !== undefined) merged.set(sink, days);
  }
  return merged;
}

/**
 * What both have come to know, day by day: what I did not change is theirs, and what we both changed is mine. But what they
 * have closed or delivered meanwhile is neither open nor lost because of what I knew.
 *
 * @returns undefined where there is nothing
 */
export function mergeDays({
  base = NOTHING,
  mine = NOTHING,
  theirs = NOTHING,
}: Partial<Versions<KnownDays | undefined>>): KnownDays | undefined {
  const days = changedDays(base, mine).filter((day) => !isSettledBy(theirs, day, { base, mine }));
  const merged = withoutEmpty({
    ...days.reduce((known, day) => withStateOf(known, day, mine), theirs),
    snapshot: mine.snapshot === base.snapshot ? theirs.snapshot : mine.snapshot,
    begins: mine.begins === base.begins ? theirs.begins : earlier(mine.begins, theirs.begins, base.begins),
  });
  return isDeepStrictEqual(merged, NOTHING) ? undefined : merged;
}

/** What they have, and of one day (null: the snapshot) what I have: it is the last that there is. */
export function withDayOf(theirs: KnownDays = NOTHING, day: Day | null, mine: KnownDays): KnownDays {
  return withoutEmpty({
    ...(day === null ? theirs : withStateOf(theirs, day, mine)),
    snapshot: day === null ? mine.snapshot : theirs.snapshot,
    begins: earlier(mine.begins, theirs.begins, undefined),
  });
}

/** True for a day that they have brought further than I have. */
function isSettledBy(
  theirs: KnownDays,
  day: Day,
  { base, mine }: { readonly base: KnownDays; readonly mine: KnownDays },
): boolean {
  if (holdsDay(theirs.closed, day)) return !holdsDay(base.closed, day);
  const isNew = theirs.open[day] !== undefined && !isDeepStrictEqual(theirs.open[day], base.open[day]);
  return isNew && holdsDay(mine.lost, day);
}

function changedDays(base: KnownDays, mine: KnownDays): readonly Day[] {
  const days = [...new Set([...Object.keys(base.open), ...Object.keys(mine.open)])].filter(
    (day) => !isDeepStrictEqual(base.open[day], mine.open[day]),
  );
  const all = new Set([
    ...days,
    ...difference(base.closed, mine.closed),
    ...difference(base.lost, mine.lost),
  ]);
  return [...all].sort();
}

/** Days in one of them alone. */
function difference(one: DayRanges, other: DayRanges): readonly Day[] {
  if (one === other) return [];
  const days = (ranges: DayRanges, without: DayRanges) =>
    ranges.flatMap(([from, through]) => daysThrough(from, through).filter((day) => !holdsDay(without, day)));
  return [...days(one, other), ...days(other, one)];
}

/** With a day as another one has it. */
function withStateOf(known: KnownDays, day: Day, other: KnownDays): KnownDays {
  const { [day]: _before, ...open } = known.open;
  const found = other.open[day];
  return {
    ...known,
    closed: holdsDay(other.closed, day) ? withDay(known.closed, day) : withoutDay(known.closed, day),
    open: found === undefined ? open : { ...open, [day]: found },
    lost: holdsDay(other.lost, day) ? withDay(known.lost, day) : withoutDay(known.lost, day),
  };
}

/** The earlier of two that both have changed; else that which was. */
function earlier(mine: Day | undefined, theirs: Day | undefined, base: Day | undefined): Day | undefined {
  if (theirs === base) return mine;
  return [mine, theirs].filter((day) => day !== undefined).sort()[0];
}

/** Without what is undefined: it is not written, and so not there when it is read. */
function withoutEmpty({ snapshot, begins, ...known }: Widened): KnownDays {
  return {
    ...known,
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(begins === undefined ? {} : { begins }),
  };
}

type Widened = Omit<KnownDays, 'snapshot' | 'begins'> & {
  readonly snapshot: string | undefined;
  readonly begins: Day | undefined;
};
