import type { Row } from '../../../src/streams/field.js';
import type { Day } from '../../../src/time/day.js';
import { balances } from '../../deepgram/streams/account.js';
import { requests } from '../../deepgram/streams/requests.js';
import type { Entry, RequestTotals } from '../totals/entry.js';
import type { Named, Sums } from './amounts.js';
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
  readonly sums: Sums;
}

/** Of the entries of a day. */
export function daySums(day: Day, entries: readonly Entry[]): DaySums {
  const [{ project_id: project } = { project_id: '' }] = entries;
  const groups: DayGroup[] = [];
  forEachAmounts(entries, project, (by, named, sums) => groups.push({ by, named, sums }));
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
