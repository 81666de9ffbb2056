import type { Day } from '../../../src/time/day.js';
import type { Entry } from '../totals/entry.js';
import { addHistogram } from '../totals/latency-histogram.js';
import type { DayQuality, ErrorKind, ProjectRow, StreamFreshness } from './account.js';
import { type AmountsBy, addAmounts, Breakdown, MEASURES, OTHERS, type Series, sumsIn } from './amounts.js';
import { type Calendar, type Month, monthOf, periodsOf } from './calendar.js';
import { ComparisonSums } from './comparison-sums.js';
import { BREAKDOWNS, type BreakdownName } from './day-amounts.js';
import type { DrawnDay, DrawnMonth } from './drawn-month.js';
import type { BalanceLook, MonthSums } from './month-sums.js';
import type { OlderMonths } from './older-months.js';

/** Adds up what the totals say of an account: of each month its sums, of the months of charts its days as well. */
export class AccountSums {
  readonly calendar: Calendar;
  /** Names by id. */
  readonly projects: Map<string, string>;
  readonly days: AmountsBy;
  readonly months: AmountsBy;
  /** By project id, and within by month. */
  readonly projectMonths: Map<string, AmountsBy>;
  readonly byProject: Breakdown;
  readonly by: Readonly<Record<BreakdownName, Breakdown>>;
  /** Their costs. */
  readonly lineItems: { readonly days: Series; readonly months: Series };
  /** Hours of the days of charts. */
  readonly endpoints: Series = new Map();
  /** Of the days of charts. */
  readonly quality = new Map<Day, DayQuality>();
  readonly errors = new Map<string, ErrorKind>();
  /** Of the days of charts. */
  readonly balances = new Map<Day, ProjectRow[]>();
  /** By project id. */
  readonly lastLooks: Map<string, BalanceLook>;
  /** The last moment or day of which there is a request, by the key of the breakdown by API key. */
  readonly lastUsed: Map<string, string>;
  readonly compared = new ComparisonSums();
  readonly streams: Map<string, StreamFreshness>;
  /** Requests of the month that have not failed, and those of them that have a cost. */
  readonly priced = { requests: 0, priced: 0 };

  /** @param older months that are added up already */
  constructor(calendar: Calendar, older?: OlderMonths) {
    this.calendar = calendar;
    this.projects = new Map(older?.projects);
    this.days = new Map(older?.days);
    this.months = new Map(older?.months);
    this.projectMonths = new Map(older?.projectMonths.map(([id, months]) => [id, new Map(months)]));
    this.byProject = new Breakdown(older?.byProject);
    // Safe: the names are these.
    this.by = Object.fromEntries(
      BREAKDOWNS.map((name) => [name, new Breakdown(older?.by[name])]),
    ) as typeof this.by;
    this.lineItems = {
      days: new Map(),
      months: new Map(older?.lineItemMonths.map(([name, months]) => [name, new Map(months)])),
    };
    this.lastLooks = new Map(older?.lastLooks);
    this.lastUsed = new Map(older?.lastUsed);
    if (older) this.compared.add(older.compared);
    this.streams = new Map(
      older?.streams.map((one) => [one.stream, { ...one, projects: new Map(one.projects) }]),
    );
  }

  /** What was added up so far, where that is no month of charts. */
  get json(): OlderMonths {
    const { projects, days, months, projectMonths, byProject, by, lineItems } = this;
    const { lastLooks, lastUsed, compared, streams } = this;
    return {
      projects: [...projects],
      days: [...days],
      months: [...months],
      projectMonths: [...projectMonths].map(([id, of]) => [id, [...of]]),
      byProject: byProject.json,
      // Safe: the names are these.
      by: Object.fromEntries(BREAKDOWNS.map((name) => [name, by[name].json])) as OlderMonths['by'],
      lineItemMonths: [...lineItems.months].map(([name, of]) => [name, [...of]]),
      lastLooks: [...lastLooks],
      lastUsed: [...lastUsed],
      compared: compared.sums(),
      streams: [...streams.values()].map((one) => ({ ...one, projects: [...one.projects] })),
    };
  }

  addDrawnMonth(month: Month, { compared, others, days }: DrawnMonth): void {
    if (compared) this.addMonth(month, compared, { isCompared: true });
    if (others) this.addMonth(month, others);
    for (const day of days) this.#addDay(day);
  }

  /** Months come with the oldest first, so that the last name of anything counts. */
  addMonth(month: Month, sums: MonthSums, { isCompared = false } = {}): void {
    const { project: id, name } = sums;
    // Those of any day that is compared.
    const periods = periodsOf((isCompared && sums.days[0]?.[0]) || month, this.calendar);
    this.projects.set(id, name);
    const ofProject = this.projectMonths.get(id) ?? new Map();
    this.projectMonths.set(id, ofProject);
    for (const [day, amounts] of sums.days) {
      addAmounts(this.days, day, amounts);
      addAmounts(this.months, month, amounts);
      addAmounts(ofProject, month, amounts);
      this.byProject.add({ key: id, name }, periods, sumsIn(amounts));
    }
    for (const group of sums.groups) {
      this.by[group.by].add(group, periods, group.sums);
      if (group.by === 'cost_line_item')
        addTo(this.lineItems.months, group.name, month, group.sums[COST] ?? 0);
    }
    for (const [key, when] of sums.lastUsed)
      if (when > (this.lastUsed.get(key) ?? '')) this.lastUsed.set(key, when);
    this.compared.add(sums.compared);
    if (sums.lastLook) this.lastLooks.set(id, sums.lastLook);
    for (const { stream, first, last, days, records, deliveredAt } of sums.streams) {
      const known = this.#noteStream(stream, records, deliveredAt);
      const before = known.projects.get(id) ?? { first, last, days: 0 };
      known.projects.set(id, { first: before.first, last, days: before.days + days });
    }
  }

  #addDay({ day, project, lineItems, endpoints, quality, balances }: DrawnDay): void {
    for (const [name, cost] of lineItems) addTo(this.lineItems.days, name, day, cost);
    for (const [name, hours] of endpoints) addTo(this.endpoints, name, day, hours);
    if (quality) this.#addQuality(day, quality);
    if (balances === undefined) return;
    const looks = this.balances.get(day) ?? [];
    looks.push(...balances.map((row) => ({ project, row })));
    this.balances.set(day, looks);
  }

  addSnapshots(entries: readonly Entry[]): void {
    for (const { stream, records, delivered_at: at } of entries) this.#noteStream(stream, records, at);
  }

  #addQuality(day: Day, { counts, latencies, errors }: NonNullable<DrawnDay['quality']>): void {
    if (monthOf(day) === this.calendar.month) {
      this.priced.requests += counts.requests - counts.error;
      this.priced.priced += counts.priced;
    }
    const quality = this.quality.get(day) ?? { requests: 0, errors: 0, latencies: new Map() };
    quality.requests += counts.requests;
    quality.errors += counts.error;
    addHistogram(quality.latencies, latencies);
    this.quality.set(day, quality);
    for (const [[code, message], [count = 0]] of errors.groups) this.#addError(day, code, message, count);
    if (errors.others) this.#addError(day, null, OTHERS.name, errors.others.sums[0] ?? 0);
  }

  #addError(day: Day, code: number | null, message: string | null, count: number): void {
    const key = JSON.stringify([code, message]);
    const known = this.errors.get(key) ?? { code, message, days: new Map<Day, number>() };
    known.days.set(day, (known.days.get(day) ?? 0) + count);
    this.errors.set(key, known);
  }

  #noteStream(stream: string, records: number, deliveredAt: number): StreamFreshness {
    const known = this.streams.get(stream) ?? { stream, projects: new Map(), records: 0, deliveredAt: 0 };
    this.streams.set(stream, known);
    known.records += records;
    known.deliveredAt = Math.max(known.deliveredAt, deliveredAt);
    return known;
  }
}

const COST = MEASURES.indexOf('cost_usd');

function addTo(series: Series, name: string, at: string, more: number): void {
  const known = series.get(name) ?? new Map<string, number>();
  series.set(name, known);
  known.set(at, (known.get(at) ?? 0) + more);
}
