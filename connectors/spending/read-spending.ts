import { chooseProjects } from '../../src/streams/choose-projects.js';
import type { Project } from '../../src/streams/partition.js';
import { type Day, dayAt, endOfDay } from '../../src/time/day.js';
import { billing } from '../deepgram/streams/billing.js';
import { requests } from '../deepgram/streams/requests.js';
import { type Calendar, calendarOf, daysOf, type Month } from '../report/account/calendar.js';
import { aboutDimension, type Dimension } from './dimension.js';
import { SpendingSums } from './spending-sums.js';
import type { SpendingEntry, SpendingStore, Wanted } from './stores/spending-store.js';

/** What was spent in a month, and in the one before. */
export interface Spending {
  readonly calendar: Calendar;
  /** Of all projects together. */
  readonly whole: SpendingSums;
  readonly projects: readonly ProjectSpending[];
  /** When the latest of the month was read, in milliseconds since the epoch; undefined where there is nothing of it. */
  readonly readAt: number | undefined;
}

export interface ProjectSpending {
  readonly id: string;
  /** The last name known; its id where there is none. */
  readonly name: string;
  readonly sums: SpendingSums;
  /** Days of the month that were read before they were over, and are over now. */
  readonly readEarly: readonly Day[];
}

export interface SpendingQuestion {
  readonly month: Month;
  readonly by: readonly Dimension[];
  /** By id or name. */
  readonly projects: 'all' | readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export async function readSpending(
  store: SpendingStore,
  { month, by, projects: chosen, now, signal }: SpendingQuestion,
): Promise<Spending> {
  const today = dayAt(now);
  const last = daysOf(month).at(-1) ?? '';
  // Of a month that is over all days count, also those that nobody has read.
  const newest = last < today ? last : ((await store.newestDay(month, today, signal)) ?? today);
  const calendar = calendarOf(newest, 2, now, month);
  const entries = new Map<string, SpendingEntry[]>();
  for (const one of [calendar.monthBefore, month]) {
    for await (const some of store.entries(one, wantedFor(by), signal)) {
      for (const entry of some) {
        if (entry.day === null || entry.day > newest) continue;
        const ofProject = entries.get(entry.project_id) ?? [];
        entries.set(entry.project_id, ofProject);
        ofProject.push(entry);
      }
    }
  }
  const all = [...entries].map(([id, some]): Project => ({ id, name: lastName(some) }));
  const words = { who: 'There is', it: 'There are' };
  const whole = new SpendingSums(calendar);
  const projects = chooseProjects(all, chosen, words).map(({ id, name }): ProjectSpending => {
    const sums = new SpendingSums(calendar);
    const ofProject = entries.get(id) ?? [];
    for (const each of [whole, sums]) each.add({ id, name: name ?? id }, ofProject);
    return { id, name: name ?? id, sums, readEarly: readEarly(ofProject, calendar) };
  });
  const times = [...entries.values()].flat().flatMap((one) => (isIn(one, month) ? one.delivered_at : []));
  return { calendar, whole, projects, readAt: times.sort((one, other) => one - other).at(-1) };
}

/** The bill, those breakdowns of it that are asked for, and the request log where models are. */
function wantedFor(by: readonly Dimension[]): Wanted {
  const groupings = by.flatMap((one) => aboutDimension(one).grouping ?? []);
  return ({ kind, groupings: given }) => {
    if (kind === requests.kind) return by.includes('model');
    return kind === billing.kind && (given.length === 0 || groupings.some((one) => given.includes(one)));
  };
}

function lastName(entries: readonly SpendingEntry[]): string | null {
  const named = entries.filter(({ project_name: name }) => name !== null);
  const [last] = named.sort((one, other) => ((one.day ?? '') < (other.day ?? '') ? 1 : -1));
  return last?.project_name ?? null;
}

function readEarly(entries: readonly SpendingEntry[], { complete }: Calendar): readonly Day[] {
  const early = entries.flatMap(({ kind, groupings, day, delivered_at: at }) =>
    kind === billing.kind && groupings.length === 0 && day !== null && at < endOfDay(day) ? [day] : [],
  );
  return complete.filter((day) => early.includes(day));
}

function isIn({ day }: SpendingEntry, month: Month): boolean {
  return day?.startsWith(month) === true;
}
