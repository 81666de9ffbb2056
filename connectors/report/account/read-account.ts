import { abortError } from '../../../src/errors/export-error.js';
import { type Day, dayAt } from '../../../src/time/day.js';
import { apiKeys, purchases } from '../../deepgram/streams/account.js';
import type { Entry } from '../totals/entry.js';
import { type LoggedRequest, mostErrors, newestFirst } from '../totals/request-log.js';
import type { TotalsStore } from '../totals/totals-store.js';
import type { Account, ProjectRequest } from './account.js';
import { AccountSums } from './account-sums.js';
import { type Calendar, calendarOf, type Month, monthOf } from './calendar.js';
import { type DrawnMonth, drawnMonth } from './drawn-month.js';
import { monthSums } from './month-sums.js';

export interface ReadOptions {
  readonly months: number;
  /** Requests that are listed at most. */
  readonly requests: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Adds up the totals of the months that are shown; undefined where there are none. */
export async function readAccount(
  store: TotalsStore,
  { months, requests, now, signal }: ReadOptions,
): Promise<Account | undefined> {
  const today = dayAt(now);
  const there = (await store.months()).filter((month) => month <= today.slice(0, 7));
  const [lastMonth] = there;
  const newest = lastMonth === undefined ? undefined : await newestDay(store, lastMonth, today);
  if (newest === undefined) return undefined;
  const calendar = calendarOf(newest, months, now);
  const shown = calendar.months.filter((month) => there.includes(month));
  const isOlder = (month: Month): boolean => month < calendar.monthBefore;
  const older = shown.filter(isOlder);
  const sums = new AccountSums(
    calendar,
    await store.keptTogether(older, OLDER, async () => {
      const all = new AccountSums(calendar);
      for (const month of older) {
        for await (const one of store.kept(month, { name: `${month}.sums.json` }, monthSums)) {
          if (signal.aborted) throw abortError(signal);
          all.addMonth(month, one);
        }
      }
      return all.json;
    }),
  );
  for (const month of shown.filter((one) => !isOlder(one))) {
    for await (const one of drawnMonths(store, month, calendar)) {
      if (signal.aborted) throw abortError(signal);
      sums.addDrawnMonth(month, one);
    }
  }
  const snapshots: Entry[] = [];
  for await (const entries of store.entries(null)) snapshots.push(...entries);
  sums.addSnapshots(snapshots);
  const rowsOf = (kind: string) =>
    snapshots
      .filter((entry) => entry.kind === kind)
      .flatMap(({ rows = [], project_id: project }) => rows.map((row) => ({ project, row })));
  return {
    ...sums,
    compared: sums.compared.sums(),
    errors: [...sums.errors.values()],
    purchases: rowsOf(purchases.kind),
    keys: rowsOf(apiKeys({ includeEmails: false }).kind),
    log: await lastRequests(store, requests),
    streams: [...sums.streams.values()].sort((one, other) => (one.stream < other.stream ? -1 : 1)),
  };
}

/** The file of all months that no charts draw the days of. */
const OLDER = 'older-months.json';

/** What is not over is added up with each page. Days to come, as of a clock that was wrong, are left out. */
async function* drawnMonths(
  store: TotalsStore,
  month: Month,
  { newest, ...calendar }: Calendar,
): AsyncGenerator<DrawnMonth> {
  const last = month === calendar.month ? calendar.lastComplete : (calendar.same.at(-1) ?? '');
  const made = (entries: readonly Entry[]) => drawnMonth(entries, last);
  if (month !== monthOf(newest)) {
    yield* store.kept(month, { name: `${month}.days.json`, of: last }, made);
    return;
  }
  for await (const entries of store.entries(month)) {
    const known = entries.filter(({ day }) => day !== null && day <= newest);
    if (known.length > 0) yield made(known);
  }
}

async function newestDay(store: TotalsStore, month: string, today: string): Promise<string | undefined> {
  let newest: string | undefined;
  for await (const entries of store.entries(month)) {
    for (const { day } of entries)
      if (day !== null && day <= today && (newest === undefined || day > newest)) newest = day;
  }
  return newest;
}

/** Of all projects together. Days are left unread of which others have enough that is newer. */
async function lastRequests(store: TotalsStore, most: number): Promise<Account['log']> {
  const [requests, errors] = [new LastRequests(most), new LastRequests(mostErrors(most))];
  for await (const days of store.logs()) {
    for (const { project_id: project, day, ...log } of days) {
      if (requests.isFullAfter(day) && errors.isFullAfter(day)) break;
      requests.add(project, log.requests);
      errors.add(project, log.errors);
    }
  }
  return { requests: requests.newestFirst, errors: errors.newestFirst };
}

class LastRequests {
  readonly #most: number;
  newestFirst: readonly ProjectRequest[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** True where none of that day can be among the last any more. */
  isFullAfter(day: Day): boolean {
    const oldest = this.newestFirst[this.#most - 1]?.request.created_at;
    return this.#most === 0 || (oldest !== undefined && oldest.slice(0, day.length) > day);
  }

  add(project: string, some: readonly LoggedRequest[]): void {
    this.newestFirst = [...this.newestFirst, ...some.map((request) => ({ project, request }))]
      .sort((one, other) => newestFirst(one.request, other.request))
      .slice(0, this.#most);
  }
}
