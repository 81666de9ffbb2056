import type { Day } from '../../../src/time/day.js';
import { balances } from '../../deepgram/streams/account.js';
import { billing } from '../../deepgram/streams/billing.js';
import { requests } from '../../deepgram/streams/requests.js';
import { usage } from '../../deepgram/streams/usage.js';
import type { Entry, RequestTotals } from '../totals/entry.js';
import type { Largest } from '../totals/largest.js';
import { addHistogram } from '../totals/latency-histogram.js';
import type { DayQuality, ErrorKind, ProjectRow, StreamFreshness } from './account.js';
import { type AmountsBy, addAmounts, Breakdown, type Named, OTHERS } from './amounts.js';
import { type Calendar, monthOf, type Period, periodsOf } from './calendar.js';
import { type Compared, compareSums } from './compare-sums.js';
import {
  entryBy,
  type GroupAmounts,
  groupAmounts,
  keyNamed,
  modelNamed,
  totalOf,
} from './grouped-amounts.js';

const USAGE_DIMENSIONS = ['accessor', 'tags', 'models', 'endpoint', 'method'] as const;

/** Adds up what totals say of an account, a project and month at a time. */
export class AccountSums {
  readonly calendar: Calendar;
  readonly projects = new Map<string, string>();
  readonly days: AmountsBy = new Map();
  readonly months: AmountsBy = new Map();
  readonly projectMonths = new Map<string, AmountsBy>();
  readonly byProject = new Breakdown();
  readonly costs = {
    line_item: new Breakdown(),
    accessor: new Breakdown(),
    tags: new Breakdown(),
    tag: new Breakdown(),
    models: new Breakdown(),
  };
  readonly usage = {
    accessor: new Breakdown(),
    tags: new Breakdown(),
    models: new Breakdown(),
    endpoint: new Breakdown(),
    method: new Breakdown(),
  };
  /** By name, and within by day or month. */
  readonly lineItems = { days: new Map<string, AmountsBy>(), months: new Map<string, AmountsBy>() };
  readonly endpoints = new Map<string, AmountsBy>();
  readonly quality = new Map<Day, DayQuality>();
  readonly errors = new Map<string, ErrorKind>();
  /** The last moment or day of which there is a request, by the key of the breakdown by API key. */
  readonly lastUsed = new Map<string, string>();
  readonly balances = new Map<Day, ProjectRow[]>();
  /** How many comparisons there were of each kind, and how many agreed. */
  readonly compared = new Map<string, { all: number; equal: number }>();
  readonly differences: Compared[] = [];
  readonly streams = new Map<string, StreamFreshness>();
  /** Requests of the month, and those of them that have a cost. */
  readonly priced = { requests: 0, priced: 0 };
  readonly #chartDays: ReadonlySet<Day>;
  #periods: { readonly day: Day; readonly of: readonly Period[] } = { day: '', of: [] };
  /** Of which day the name of each project is. */
  readonly #latestNames = new Map<string, Day>();

  constructor(calendar: Calendar) {
    this.calendar = calendar;
    this.#chartDays = new Set(calendar.chartDays);
  }

  /** Entries of one project; months come in any order, each once. */
  add(entries: readonly Entry[]): void {
    const byDay = new Map<Day, Entry[]>();
    for (const entry of entries) {
      this.#noteFreshness(entry);
      if (entry.day === null || entry.day > this.calendar.newest) continue;
      const ofDay = byDay.get(entry.day) ?? [];
      ofDay.push(entry);
      byDay.set(entry.day, ofDay);
    }
    for (const [day, ofDay] of byDay) this.#addDay(day, ofDay);
  }

  /** Asked for each group of a day, one day after the other. */
  #periodsOf(day: Day): readonly Period[] {
    if (this.#periods.day !== day) this.#periods = { day, of: periodsOf(day, this.calendar) };
    return this.#periods.of;
  }

  #addDay(day: Day, entries: readonly Entry[]): void {
    const [{ project_id: id, project_name: name } = NOBODY] = entries;
    const project = name ?? id;
    const latest = this.#latestNames.get(id);
    if (latest === undefined || day >= latest) {
      this.#latestNames.set(id, day);
      this.projects.set(id, project);
    }
    const [used, billed] = [totalOf(entries, usage.kind), totalOf(entries, billing.kind)];
    const log = entries.find(({ kind }) => kind === requests.kind)?.requests;
    const amounts = { ...used, ...billed };
    const ofProject = this.projectMonths.get(id) ?? new Map();
    this.projectMonths.set(id, ofProject);
    addAmounts(this.days, day, amounts);
    addAmounts(this.months, monthOf(day), amounts);
    addAmounts(ofProject, monthOf(day), amounts);
    this.byProject.add({ key: id, name: project }, day, this.#periodsOf(day), amounts);
    this.#addCosts(day, entries, id);
    this.#addUsage(day, entries, id);
    if (log) this.#addRequests(day, log, id);
    for (const { rows = [], kind } of entries) {
      if (kind !== balances.kind) continue;
      const looks = this.balances.get(day) ?? [];
      looks.push(...rows.map((row) => ({ project: id, row })));
      this.balances.set(day, looks);
    }
    const isOpen = this.calendar.isOpen && day === this.calendar.newest;
    for (const one of compareSums(entries, { day, project: id, isOpen })) {
      const counts = this.compared.get(one.what) ?? { all: 0, equal: 0 };
      counts.all += 1;
      if (one.verdict === 'equal') counts.equal += 1;
      else this.differences.push(one);
      this.compared.set(one.what, counts);
    }
  }

  #addCosts(day: Day, entries: readonly Entry[], project: string): void {
    for (const dimension of ['line_item', 'accessor', 'tags'] as const) {
      const grouped = entryBy(entries, billing.kind, dimension)?.grouped;
      if (grouped === undefined) continue;
      for (const group of groupAmounts(grouped, dimension, project)) {
        this.costs[dimension].add(group.named, day, this.#periodsOf(day), group.amounts);
        if (dimension === 'line_item') this.#addLineItem(day, group);
        if (dimension === 'tags') this.#addTags(day, group);
      }
    }
  }

  /** The cost of a set is that of each of its tags: they do not add up. */
  #addTags(day: Day, { named, tags, amounts }: GroupAmounts): void {
    const each = tags.length === 0 ? [named] : [...new Set(tags)].map((tag) => ({ key: tag, name: tag }));
    for (const tag of each) this.costs.tag.add(tag, day, this.#periodsOf(day), amounts);
  }

  #addLineItem(day: Day, { named, amounts }: GroupAmounts): void {
    addAmounts(within(this.lineItems.months, named.name), monthOf(day), amounts);
    if (this.#chartDays.has(day)) addAmounts(within(this.lineItems.days, named.name), day, amounts);
  }

  #addUsage(day: Day, entries: readonly Entry[], project: string): void {
    for (const dimension of USAGE_DIMENSIONS) {
      const grouped = entryBy(entries, usage.kind, dimension)?.grouped;
      if (grouped === undefined) continue;
      for (const { named, amounts } of groupAmounts(grouped, dimension, project)) {
        this.usage[dimension].add(named, day, this.#periodsOf(day), amounts);
        if (dimension === 'accessor' && (amounts.requests ?? 0) > 0) this.#noteUse(named, day);
        if (dimension === 'endpoint' && this.#chartDays.has(day))
          addAmounts(within(this.endpoints, named.name), day, amounts);
      }
    }
  }

  #addRequests(day: Day, log: RequestTotals, project: string): void {
    for (const [model, [cost_usd = 0, count = 0, error = 0]] of namedGroups(log.models, modelNamed))
      this.costs.models.add(model, day, this.#periodsOf(day), { cost_usd, requests: count, error });
    for (const [{ id, name, last }] of log.keys.groups) this.#noteUse(keyNamed(id, name, project), last);
    if (monthOf(day) === this.calendar.month) {
      this.priced.requests += log.counts.requests;
      this.priced.priced += log.counts.priced;
    }
    if (!this.#chartDays.has(day)) return;
    const quality = this.quality.get(day) ?? { requests: 0, errors: 0, latencies: new Map() };
    quality.requests += log.counts.requests;
    quality.errors += log.counts.error;
    addHistogram(quality.latencies, log.latencies);
    this.quality.set(day, quality);
    const { groups, others } = log.errors;
    for (const [[code, message], [count = 0]] of groups) this.#addError(day, code, message, count);
    if (others) this.#addError(day, null, OTHERS.name, others.sums[0] ?? 0);
  }

  #addError(day: Day, code: number | null, message: string | null, count: number): void {
    const key = JSON.stringify([code, message]);
    const known = this.errors.get(key) ?? { code, message, days: new Map<Day, number>() };
    known.days.set(day, (known.days.get(day) ?? 0) + count);
    this.errors.set(key, known);
  }

  /** A moment is later than its day, as text too. */
  #noteUse({ key }: Named, when: string): void {
    if (when > (this.lastUsed.get(key) ?? '')) this.lastUsed.set(key, when);
  }

  #noteFreshness({ stream, day, project_id: project, records, delivered_at: at }: Entry): void {
    const known = this.streams.get(stream) ?? { stream, projects: new Map(), records: 0, deliveredAt: 0 };
    this.streams.set(stream, known);
    known.records += records;
    known.deliveredAt = Math.max(known.deliveredAt, at);
    if (day === null) return;
    const { first, last, days } = known.projects.get(project) ?? { first: day, last: day, days: 0 };
    known.projects.set(project, {
      first: day < first ? day : first,
      last: day > last ? day : last,
      days: days + 1,
    });
  }
}

const NOBODY = { project_id: '', project_name: null };

function within(series: Map<string, AmountsBy>, name: string): AmountsBy {
  const known = series.get(name) ?? new Map();
  series.set(name, known);
  return known;
}

function namedGroups<Group>(
  { groups, others }: Largest<Group>,
  nameOf: (group: Group) => Named,
): readonly (readonly [Named, readonly number[]])[] {
  const found = groups.map(([group, sums]) => [nameOf(group), sums] as const);
  return others ? [...found, [OTHERS, others.sums] as const] : found;
}
