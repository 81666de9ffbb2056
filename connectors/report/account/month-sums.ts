import type { Row } from '../../../src/streams/field.js';
import type { Day } from '../../../src/time/day.js';
import { balances } from '../../deepgram/streams/account.js';
import { billing } from '../../deepgram/streams/billing.js';
import { requests } from '../../deepgram/streams/requests.js';
import { usage } from '../../deepgram/streams/usage.js';
import type { Entry } from '../totals/entry.js';
import { type Amounts, addAmounts, MEASURES, type Named, type Sums } from './amounts.js';
import { byDay } from './by-day.js';
import { ComparisonSums, type ComparisonSumsJson } from './comparison-sums.js';
import { type BreakdownName, forEachAmounts, type OnAmounts } from './day-amounts.js';
import { keyNamed, totalOf } from './grouped-amounts.js';

/** A project and month added up: all that the page says of months that it draws no days of. */
export interface MonthSums {
  readonly project: string;
  /** What the project is called on the last of these days. */
  readonly name: string;
  readonly days: readonly (readonly [day: Day, amounts: Amounts])[];
  readonly groups: readonly GroupSum[];
  /** When each key made its last request: a moment, or a day. */
  readonly lastUsed: readonly (readonly [key: string, when: string])[];
  readonly compared: ComparisonSumsJson;
  readonly streams: readonly StreamDays[];
  /** The last balances, if there were any. */
  readonly lastLook?: BalanceLook;
}

/** Balances of a project as they were on a day. */
export interface BalanceLook {
  readonly day: Day;
  readonly rows: readonly Row[];
}

/** What a name comes to in a breakdown. */
export interface GroupSum extends Named {
  readonly by: BreakdownName;
  readonly sums: Sums;
}

/** How much there is of a stream. */
export interface StreamDays {
  readonly stream: string;
  readonly first: Day;
  readonly last: Day;
  readonly days: number;
  readonly records: number;
  /** When the latest was delivered, in milliseconds since the epoch. */
  readonly deliveredAt: number;
}

/** @param tell told of each group of a day, too */
export function monthSums(entries: readonly Entry[], tell?: (day: Day) => OnAmounts): MonthSums {
  const [{ project_id: project } = { project_id: '' }] = entries;
  let name = project;
  const days = new Map<Day, Amounts>();
  const groups = new GroupsOfDays();
  const lastUsed = new Map<string, string>();
  const compared = new ComparisonSums();
  let lastLook: BalanceLook | undefined;
  const noteUse = (key: string, when: string): void => {
    if (when > (lastUsed.get(key) ?? '')) lastUsed.set(key, when);
  };
  for (const [day, ofDay] of byDay(entries)) {
    name = ofDay[0]?.project_name ?? name;
    addAmounts(days, day, { ...totalOf(ofDay, usage.kind), ...totalOf(ofDay, billing.kind) });
    const tellOfDay = tell?.(day);
    forEachAmounts(ofDay, project, (by, named, sums) => {
      groups.add(by, named, sums);
      tellOfDay?.(by, named, sums);
      if (by === 'usage_accessor' && (sums[REQUESTS] ?? 0) > 0) noteUse(named.key, day);
    });
    for (const { kind, rows = [], requests: log, compared: held } of ofDay) {
      if (held) compared.addDay(day, project, held);
      if (kind === balances.kind && rows.length > 0) lastLook = { day, rows };
      if (kind !== requests.kind || log === undefined) continue;
      // A moment is later than its day, as text too.
      for (const [key] of log.keys.groups) noteUse(keyNamed(key.id, key.name, project).key, key.last);
    }
  }
  return {
    project,
    name,
    days: [...days],
    groups: groups.sums,
    lastUsed: [...lastUsed],
    compared: compared.sums(),
    streams: streamsIn(entries),
    ...(lastLook && { lastLook }),
  };
}

type Open<Type> = {
  -readonly [Name in keyof Type]: Type[Name] extends readonly number[] ? number[] : Type[Name];
};

const REQUESTS = MEASURES.indexOf('requests');

/** Adds up groups of days, which come in their order. */
class GroupsOfDays {
  readonly sums: GroupSum[] = [];
  readonly #places = new Map<BreakdownName, Map<string, Open<GroupSum>>>();

  add(by: BreakdownName, { key, name, of }: Named, sums: Sums): void {
    const places = this.#places.get(by) ?? new Map<string, Open<GroupSum>>();
    this.#places.set(by, places);
    const known = places.get(key);
    if (known === undefined) {
      const sum = { by, key, name, of, sums: [...sums] };
      places.set(key, sum);
      this.sums.push(sum);
      return;
    }
    // What it was called last counts.
    known.name = name;
    for (let at = 0; at < MEASURES.length; at += 1) known.sums[at] = (known.sums[at] ?? 0) + (sums[at] ?? 0);
  }
}

function streamsIn(entries: readonly Entry[]): readonly StreamDays[] {
  const streams = new Map<string, Open<StreamDays>>();
  for (const { stream, day, records, delivered_at: at } of entries) {
    if (day === null) continue;
    const known = streams.get(stream) ?? {
      stream,
      first: day,
      last: day,
      days: 0,
      records: 0,
      deliveredAt: 0,
    };
    streams.set(stream, known);
    if (day < known.first) known.first = day;
    if (day > known.last) known.last = day;
    known.days += 1;
    known.records += records;
    known.deliveredAt = Math.max(known.deliveredAt, at);
  }
  return [...streams.values()];
}
