import { billing } from '../deepgram/streams/billing.js';
import { type AmountsBy, addAmounts, Breakdown, sumsIn } from '../report/account/amounts.js';
import { byDay } from '../report/account/by-day.js';
import { type Calendar, monthOf, periodsOf } from '../report/account/calendar.js';
import { BREAKDOWNS, type BreakdownName, forEachAmounts } from '../report/account/day-amounts.js';
import { totalOf } from '../report/account/grouped-amounts.js';
import type { SpendingEntry } from './stores/spending-store.js';

/** Adds up what was spent in a month and the one before, by the same rule as the page of the report. */
export class SpendingSums {
  readonly calendar: Calendar;
  /** What the bill says of each day. */
  readonly days: AmountsBy = new Map();
  readonly months: AmountsBy = new Map();
  readonly byProject = new Breakdown();
  // Safe: the names are these.
  readonly by = Object.fromEntries(BREAKDOWNS.map((name) => [name, new Breakdown()])) as Record<
    BreakdownName,
    Breakdown
  >;

  constructor(calendar: Calendar) {
    this.calendar = calendar;
  }

  /** Entries of a project, the older month first: what comes last says what it is called. */
  add({ id, name }: { readonly id: string; readonly name: string }, entries: readonly SpendingEntry[]): void {
    for (const [day, ofDay] of byDay(entries)) {
      const periods = periodsOf(day, this.calendar);
      const billed = totalOf(ofDay, billing.kind);
      if (billed !== undefined) {
        addAmounts(this.days, day, billed);
        addAmounts(this.months, monthOf(day), billed);
        this.byProject.add({ key: id, name }, periods, sumsIn(billed));
      }
      forEachAmounts(ofDay, id, (by, named, sums) => this.by[by].add(named, periods, sums));
    }
  }
}
