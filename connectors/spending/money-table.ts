import { formatRanges, rangesOf } from '../../src/checkpoints/day-ranges.js';
import { calledAs, toldApart } from '../../src/text/called-as.js';
import { shortName } from '../../src/text/one-line.js';
import { timestampAt } from '../../src/time/timestamp.js';
import type { Share } from '../report/account/amounts.js';
import { type Calendar, daysWords, type Month, monthName } from '../report/account/calendar.js';
import { idOf } from '../report/account/grouped-amounts.js';
import { daysKnown, isComparable, projectedCost, sumOver } from '../report/account/pace.js';
import { counted, dollars, moment } from '../report/page/numbers.js';
import { comparedWords } from '../report/page/sections/at-a-glance.js';
import { NANO } from '../report/totals/measure-parts.js';
import { type Budget, budgetOf, budgetWords } from './budget.js';
import { aboutDimension, type Dimension } from './dimension.js';
import type { ProjectSpending, Spending } from './read-spending.js';
import type { SpendingSums } from './spending-sums.js';

/** What was spent in a month, as every format shows it. Dollars are in billionths; undefined is not known. */
export interface MoneyTable {
  /** Where it is from, and how fresh that is: a sentence. */
  readonly from: string;
  readonly month: string;
  readonly isOver: boolean;
  /** The last day that counts. */
  readonly through: string;
  /** When the latest of it was read; undefined where nothing was. */
  readonly readAt: string | undefined;
  /** What the month has cost, in a sentence. */
  readonly lead: string;
  /** Which days are compared with which, in a sentence; undefined where none are. */
  readonly comparison: string | undefined;
  readonly compared: ComparedDays | undefined;
  /** Of all projects, by the bill. */
  readonly total: Amounts;
  readonly projected: number | undefined;
  readonly budget: Budget | undefined;
  /** Days of the month, or of the one before, whose bill is not there. */
  readonly missing: readonly MissingDays[];
  readonly blocks: readonly Block[];
  /** What to know before it is believed, a sentence each. */
  readonly notes: readonly string[];
}

export interface ComparedDays {
  readonly since: string;
  readonly until: string;
  readonly before_since: string;
  readonly before_until: string;
}

export interface MissingDays {
  readonly projects: readonly { readonly id: string; readonly name: string }[];
  readonly days: readonly string[];
}

/** What one row comes to. */
export interface Amounts {
  readonly cost: number | undefined;
  /** On the days that are compared, and on those that they are compared with. */
  readonly compared: number | undefined;
  readonly same: number | undefined;
  /** Of the month before, all of it. */
  readonly before: number | undefined;
}

/** One breakdown of the month. */
export interface Block {
  readonly by: Dimension;
  readonly of: string;
  readonly addsUp: boolean;
  /** True where rows tell of which project they are. */
  readonly hasProjects: boolean;
  readonly rows: readonly BlockRow[];
  /** Of all rows; undefined where they do not add up, or there are none. */
  readonly total: Amounts | undefined;
  /** What shares are shares of. */
  readonly whole: number | undefined;
  /** Sentences about it. */
  readonly notes: readonly string[];
}

export interface BlockRow extends Amounts {
  readonly project: { readonly id: string; readonly name: string; readonly called: string } | undefined;
  readonly name: string;
  readonly id: string | undefined;
  /** What people read: two that are called the same have their ids beside their names. */
  readonly title: string;
}

export interface TableQuestion {
  /** The store, as it is called within a sentence. */
  readonly from: string;
  /** Months of which it has anything. */
  readonly months: readonly Month[];
  readonly by: readonly Dimension[];
  /** In dollars. */
  readonly limits: { readonly daily?: number | undefined; readonly monthly?: number | undefined } | undefined;
  /** True where some projects are left out. */
  readonly isNarrowed: boolean;
}

/** Makes the table of what was spent. */
export function moneyTable(
  spending: Spending,
  { from, months, by, limits, isNarrowed }: TableQuestion,
): MoneyTable {
  const { calendar, whole, readAt, projects } = spending;
  const { month, monthBefore, complete, same, isMonthOver } = calendar;
  const spent = whole.months.get(month)?.cost_usd;
  const projected = isMonthOver ? undefined : projectedCost(whole);
  const known = isComparable(whole, 'cost_usd');
  const [first, last, firstBefore, lastBefore] = [complete[0], complete.at(-1), same[0], same.at(-1)];
  const compared =
    known && first && last && firstBefore && lastBefore
      ? { since: first, until: last, before_since: firstBefore, before_until: lastBefore }
      : undefined;
  const budget = isNarrowed ? undefined : budgetOf(limits, { spent, projected, days: whole.days, month });
  const missing = [complete, ...(daysKnown(whole.days, same, 'cost_usd').length > 0 ? [same] : [])].flatMap(
    (days) => missingDays(projects, days),
  );
  const blocks = by.map((one) => blockOf(one, by.includes('project'), spending, compared !== undefined));
  return {
    from: fromWords(from, months, calendar, readAt),
    month,
    isOver: isMonthOver,
    through: calendar.newest,
    readAt: readAt === undefined ? undefined : timestampAt(readAt),
    lead:
      spent === undefined
        ? `What ${monthName(month)} has cost is not known: no bill was read.`
        : `${monthName(month)}${isMonthOver ? '' : ' so far'}: ${dollars(spent)}${comparedWords(whole)}${
            projected === undefined ? '' : `; at this pace ${dollars(projected)}`
          }.`,
    comparison: compared && comparisonWords(compared, isMonthOver, monthBefore),
    compared,
    total: totalOf(whole, compared !== undefined),
    projected,
    budget,
    missing,
    blocks,
    notes: [
      ...(budget === undefined ? [] : budgetWords(budget, month)),
      ...(limits !== undefined && isNarrowed
        ? ['The budget is for all projects, and --project leaves some out: it is not compared.']
        : []),
      ...missing.map(missingWords),
      ...earlyWords(projects),
    ],
  };
}

function fromWords(
  from: string,
  months: readonly Month[],
  { month, newest, isOpen }: Calendar,
  readAt: number | undefined,
): string {
  if (readAt === undefined) {
    const there = [...new Set([months[0] ?? '', months.at(-1) ?? ''])].join(' to ');
    return `From ${from}: there is nothing of ${monthName(month)} in it; it has ${there}.`;
  }
  const through = `${monthName(month)} through ${newest}${isOpen ? ', a day that is not over' : ''}`;
  return `From ${from}: ${through}; last read on ${moment(timestampAt(readAt))} UTC.`;
}

function comparisonWords(
  { since, until, before_since: from, before_until: to }: ComparedDays,
  isMonthOver: boolean,
  monthBefore: string,
): string {
  if (isMonthOver) return `Change: against ${monthName(monthBefore)}, all of it.`;
  return `Change: ${daysWords(since, until)}, days that are over, against ${daysWords(from, to)}.`;
}

function totalOf({ months, days, calendar }: SpendingSums, isCompared: boolean): Amounts {
  return {
    cost: months.get(calendar.month)?.cost_usd,
    compared: isCompared ? sumOver(days, calendar.complete, 'cost_usd') : undefined,
    same: isCompared ? sumOver(days, calendar.same, 'cost_usd') : undefined,
    before: months.get(calendar.monthBefore)?.cost_usd,
  };
}

function blockOf(
  by: Dimension,
  wantsProjects: boolean,
  { whole, projects, readAt }: Spending,
  isCompared: boolean,
): Block {
  const { of, breakdown, addsUp, hasIds, isOfProject, note } = aboutDimension(by);
  const named = new Map(
    toldApart(projects).map((one) => [
      one.id,
      { id: one.id, name: one.name ?? one.id, called: calledAs(one) },
    ]),
  );
  const isSplit = breakdown !== undefined && wantsProjects;
  const hasProjects = breakdown !== undefined && (isSplit || isOfProject) && projects.length > 1;
  const ranked = (sums: SpendingSums) =>
    (breakdown === undefined ? sums.byProject : sums.by[breakdown])
      .ranked('cost_usd')
      .filter((share) => share.amount('all', 'cost_usd') !== 0);
  const rowOf = (share: Share, project: BlockRow['project']) => ({
    project: project ?? (breakdown === undefined ? undefined : named.get(share.of ?? '')),
    name: share.name,
    id: breakdown === undefined ? share.key : hasIds ? idOf(share) : undefined,
    ...amountsOf(share, isCompared),
  });
  const rows = isSplit
    ? whole.byProject
        .ranked('cost_usd')
        .flatMap(({ key }) => projects.filter(({ id }) => id === key))
        .flatMap(({ id, sums }) => ranked(sums).map((share) => rowOf(share, named.get(id))))
    : ranked(whole).map((share) => rowOf(share, undefined));
  const billed = whole.months.get(whole.calendar.month)?.cost_usd;
  const total = addsUp && rows.length > 0 ? sumOf(rows) : undefined;
  return {
    by,
    of,
    addsUp,
    hasProjects,
    rows: rows.map((row) => ({ ...row, title: titleOf(row, rows) })),
    total,
    whole: by === 'model' ? total?.cost : billed,
    notes: [
      ...(rows.length === 0 && readAt !== undefined ? [nothingWords(by, of)] : []),
      ...(rows.length > 0 && note !== undefined ? [note] : []),
      ...(total === undefined ? [] : differenceWords(total.cost ?? 0, billed)),
    ],
  };
}

function amountsOf(share: Share, isCompared: boolean): Amounts {
  return {
    cost: share.amount('month', 'cost_usd'),
    compared: isCompared ? share.amount('complete', 'cost_usd') : undefined,
    same: isCompared ? share.amount('same', 'cost_usd') : undefined,
    before: share.amount('before', 'cost_usd'),
  };
}

function sumOf(rows: readonly Amounts[]): Amounts {
  const sum = (of: (row: Amounts) => number | undefined) =>
    rows.reduce<number | undefined>((total, row) => {
      const value = of(row);
      return total === undefined || value === undefined ? undefined : total + value;
    }, 0);
  return {
    cost: sum(({ cost }) => cost),
    compared: sum(({ compared }) => compared),
    same: sum(({ same }) => same),
    before: sum(({ before }) => before),
  };
}

function titleOf(row: Omit<BlockRow, 'title'>, all: readonly Omit<BlockRow, 'title'>[]): string {
  const isAlone = all.every(
    (other) => other === row || other.name !== row.name || other.project?.id !== row.project?.id,
  );
  return isAlone || row.id === undefined || row.id === row.name
    ? row.name
    : `${shortName(row.name)} (${row.id})`;
}

function nothingWords(by: Dimension, of: string): string {
  const why =
    by === 'model' ? 'no request that was read has one' : 'there is none in what was read of the bill';
  return `No cost by ${of}: ${why}.`;
}

/** Deepgram rounds the rows of each day: a month of them differs by less than the larger of the two. */
const ROUNDED = { share: 0.0001, parts: 0.01 * NANO };

/** Where rows are not the whole bill, nobody is to think that they are. */
function differenceWords(cost: number, billed: number | undefined): readonly string[] {
  const rounded = Math.max(ROUNDED.parts, ROUNDED.share * Math.abs(billed ?? 0));
  if (billed === undefined || Math.abs(cost - billed) <= rounded) return [];
  return [`These rows come to ${dollars(cost)}, the bill to ${dollars(billed)}.`];
}

/** Projects that lack the same days are told together. */
function missingDays(projects: readonly ProjectSpending[], days: readonly string[]): readonly MissingDays[] {
  const found = new Map<string, MissingDays & { projects: { id: string; name: string }[] }>();
  for (const { id, name, sums } of projects) {
    const known = daysKnown(sums.days, days, 'cost_usd');
    const missing = days.filter((day) => !known.includes(day));
    if (missing.length === 0) continue;
    const key = missing.join();
    const same = found.get(key) ?? { projects: [], days: missing };
    found.set(key, same);
    same.projects.push({ id, name });
  }
  return [...found.values()];
}

function missingWords({ projects, days }: MissingDays): string {
  return `Not in these sums, since no bill of it was read: ${formatRanges(rangesOf(days))} of ${namesOf(projects)}.`;
}

function earlyWords(projects: readonly ProjectSpending[]): readonly string[] {
  const early = projects.filter(({ readEarly }) => readEarly.length > 0);
  if (early.length === 0) return [];
  const days = rangesOf(early.flatMap(({ readEarly }) => readEarly));
  return [
    `Not whole, since it was read before it was over: ${formatRanges(days)} of ${namesOf(early)}. The next run reads it again.`,
  ];
}

function namesOf(projects: readonly { readonly name: string }[]): string {
  const [first, second, ...others] = projects.map(({ name }) => shortName(name));
  if (second === undefined) return first ?? '';
  return others.length === 0
    ? `${first} and ${second}`
    : `${first} and ${counted(others.length + 1, 'other project')}`;
}
