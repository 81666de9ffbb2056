import { addDays, type Day } from '../../../src/time/day.js';
import type { BalanceRow } from '../../deepgram/streams/account.js';
import { NANO } from '../totals/measure-parts.js';
import type { Account, ProjectRow } from './account.js';
import type { AmountsBy, Measure } from './amounts.js';

/** What days have cost. */
type DailyCost = Pick<Account, 'days' | 'calendar'>;

/** Days whose average says how fast money is spent. */
const PACE_DAYS = 30;
/** What a month that has just begun is projected from, instead of its own days. */
const LEAST_DAYS = 3;

export function sumOver(amounts: AmountsBy, days: readonly Day[], measure: Measure): number {
  return days.reduce((sum, day) => sum + (amounts.get(day)?.[measure] ?? 0), 0);
}

/** Of these days those whose amount is known. */
export function daysKnown(amounts: AmountsBy, days: readonly Day[], measure: Measure): readonly Day[] {
  return days.filter((day) => amounts.get(day)?.[measure] !== undefined);
}

/**
 * True where all days that are over are known, and all those that they are compared with: a part against a whole would
 * look like a change.
 */
export function isComparable({ days, calendar }: DailyCost, measure: Measure): boolean {
  return [calendar.complete, calendar.same].every(
    (some) => some.length > 0 && daysKnown(days, some, measure).length === some.length,
  );
}

/** Cost of a day on average, over the last days that are over; undefined where no cost is known. */
export function dailyPace({ days, calendar }: DailyCost, most = PACE_DAYS): number | undefined {
  const last = Array.from({ length: most }, (_, back) => addDays(calendar.lastComplete, -back));
  const known = daysKnown(days, last, 'cost_usd');
  return known.length === 0 ? undefined : sumOver(days, known, 'cost_usd') / known.length;
}

/** What the month will have cost at its end, if its other days cost what those have that are over. */
export function projectedCost(account: DailyCost): number | undefined {
  const { calendar, days } = account;
  const known = daysKnown(days, calendar.complete, 'cost_usd');
  if (known.length === 0) return undefined;
  const spent = sumOver(days, known, 'cost_usd');
  const left = calendar.monthDays - known.length;
  const pace = known.length >= LEAST_DAYS ? spent / known.length : dailyPace(account, 7);
  return left === 0 || pace === undefined ? spent : Math.round(spent + pace * left);
}

/** What is left to spend. */
export interface Credit {
  /** Day of the last look; where projects differ, of that which is longest ago. */
  readonly day: Day;
  /** True where it is too long ago to say how long the credit lasts. */
  readonly isOld: boolean;
  /** In billionths of a dollar. */
  readonly left: number;
  readonly rows: readonly ProjectRow[];
  /** Balances in other units, which are not added up. */
  readonly others: number;
  /** At the pace of the last days; undefined where it does not end. */
  readonly endsOn?: Day | undefined;
}

/** Undefined where no balance was read in the months that are shown. */
export function creditOf(account: Account): Credit | undefined {
  const looks = [...account.lastLooks].map(([project, { day, rows }]) => ({
    day,
    rows: rows.map((row) => ({ project, row })),
  }));
  if (looks.length === 0) return undefined;
  const day = looks.map((look) => look.day).sort()[0] ?? '';
  const rows = looks.flatMap((look) => look.rows);
  const left = rows.reduce((sum, row) => sum + dollarsLeft(row), 0);
  const others = rows.filter((row) => !isInDollars(row)).length;
  const isOld = day < addDays(account.calendar.lastComplete, -PACE_DAYS);
  // What was spent since an old look is not that of the last days.
  const pace = isOld ? undefined : dailyPace(account);
  const days = pace !== undefined && pace > 0 && left > 0 ? Math.floor(left / pace) : undefined;
  const endsOn = days === undefined || days > MOST_DAYS ? undefined : addDays(day, days);
  return { day, isOld, left, rows, others, ...(left <= 0 ? { endsOn: day } : { endsOn }) };
}

/** Beyond ten years nobody knows. */
const MOST_DAYS = 3_650;

export function isInDollars({ row }: ProjectRow): boolean {
  const units = (row as BalanceRow).units; // safe: rows of balances and purchases have the same units
  return units === null || /^usd$/i.test(units);
}

/** In billionths; nothing for other units. */
export function dollarsLeft(row: ProjectRow): number {
  const amount = row.row.amount;
  return isInDollars(row) && typeof amount === 'number' ? Math.round(amount * NANO) : 0;
}

/** How many days of the month have no cost. */
export function daysWithoutCost({ days, calendar }: Account): number {
  return calendar.complete.length - daysKnown(days, calendar.complete, 'cost_usd').length;
}
