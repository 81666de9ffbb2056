import type { Row } from '../../../src/streams/field.js';
import type { Day } from '../../../src/time/day.js';
import { balances } from '../../deepgram/streams/account.js';
import { requests } from '../../deepgram/streams/requests.js';
import type { Entry, RequestTotals } from '../totals/entry.js';
import type { Amounts, Named } from './amounts.js';
import { type BreakdownName, forEachAmounts } from './day-amounts.js';

/** A day of a project added up: what charts are drawn of, and months are made of. */
export interface DaySums {
  readonly day: Day;
  readonly project: string;
  /** A name may come several times. */
  readonly groups: readonly DayGroup[];
  /** How requests went, if there were any. */
  readonly quality?: Pick<RequestTotals, 'counts' | 'latencies' | 'errors'>;
  readonly balances?: readonly Row[];
}

/** What a name comes to in a breakdown. */
export interface DayGroup {
  readonly by: BreakdownName;
  readonly named: Named;
  readonly amounts: Amounts;
}

/** Of the entries of a day. */
export function daySums(day: Day, entries: readonly Entry[]): DaySums {
  const [{ project_id: project } = { project_id: '' }] = entries;
  const groups: DayGroup[] = [];
  forEachAmounts(entries, project, (by, named, amounts) => groups.push({ by, named, amounts }));
  const log = entries.find(({ kind }) => kind === requests.kind)?.requests;
  const looks = entries.find(({ kind }) => kind === balances.kind)?.rows;
  return {
    day,
    project,
    groups,
    ...(log && { quality: { counts: log.counts, latencies: log.latencies, errors: log.errors } }),
    ...(looks && { balances: looks }),
  };
}

/** Days of a project as they are kept: only what is drawn by day, and a name once. */
export interface DrawnDays {
  readonly names: readonly Omit<DayGroup, 'amounts'>[];
  readonly days: readonly (Omit<DaySums, 'groups'> & {
    readonly groups: readonly (readonly [name: number, amounts: Amounts])[];
  })[];
}

/** Of the entries of a project and month. */
export function drawnDays(entries: readonly Entry[]): DrawnDays {
  const names: DrawnDays['names'][number][] = [];
  const places = new Map<string, number>();
  const placeOf = ({ by, named }: DayGroup): number => {
    const text = JSON.stringify([by, named.key, named.name]);
    const place = places.get(text) ?? names.push({ by, named }) - 1;
    places.set(text, place);
    return place;
  };
  const days = [...byDay(entries)].map(([day, ofDay]) => {
    const { groups, ...sums } = daySums(day, ofDay);
    const drawn = groups.filter(isDrawnByDay);
    return { ...sums, groups: drawn.map((group) => [placeOf(group), group.amounts] as const) };
  });
  return { names, days };
}

/** The other way round. */
export function daysOf({ names, days }: DrawnDays): readonly DaySums[] {
  return days.map(({ groups, ...sums }) => ({
    ...sums,
    groups: groups.flatMap(([place, amounts]) => {
      const name = names[place];
      return name ? [{ ...name, amounts }] : [];
    }),
  }));
}

/** Of all else the sums of its month say enough. */
function isDrawnByDay({ by }: DayGroup): boolean {
  return by.startsWith('cost_') || by === 'usage_endpoint';
}

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
