import type { Day } from '../../src/time/day.js';
import type { AmountsBy } from '../report/account/amounts.js';
import type { Month } from '../report/account/calendar.js';
import { counted, dollars, percent } from '../report/page/numbers.js';
import { inParts, NANO } from '../report/totals/measure-parts.js';

/** What a month has cost against what it may cost, in billionths of a dollar. */
export interface Budget {
  readonly monthly: number | undefined;
  readonly daily: number | undefined;
  readonly spent: number | undefined;
  readonly projected: number | undefined;
  /** Days that have cost more than a day may, the most expensive first. */
  readonly daysOver: readonly { readonly day: Day; readonly cost: number }[];
}

/** Undefined where there is no budget. @param limits in dollars */
export function budgetOf(
  limits: { readonly daily?: number | undefined; readonly monthly?: number | undefined } | undefined,
  {
    spent,
    projected,
    days,
    month,
  }: Pick<Budget, 'spent' | 'projected'> & { readonly days: AmountsBy; readonly month: Month },
): Budget | undefined {
  if (limits === undefined) return undefined;
  const [monthly, daily] = [limits.monthly, limits.daily].map((limit) =>
    limit === undefined ? undefined : inParts(limit, NANO),
  );
  const over = [...days].flatMap(([day, { cost_usd: cost = 0 }]) =>
    daily !== undefined && day.startsWith(month) && cost > daily ? [{ day, cost }] : [],
  );
  return {
    monthly,
    daily,
    spent,
    projected,
    daysOver: over.sort((one, other) => other.cost - one.cost || (one.day < other.day ? -1 : 1)),
  };
}

export function budgetWords(
  { monthly, daily, spent, projected, daysOver }: Budget,
  month: Month,
): readonly string[] {
  const [most] = daysOver;
  return [
    ...(monthly === undefined || spent === undefined ? [] : [monthlyWords(monthly, spent, projected, month)]),
    ...(daily === undefined || most === undefined
      ? []
      : [
          `The daily budget of ${dollars(daily)} was exceeded on ${counted(daysOver.length, 'day')}, most on ${most.day}: ${dollars(most.cost)}.`,
        ]),
  ];
}

function monthlyWords(monthly: number, spent: number, projected: number | undefined, month: Month): string {
  const of = `Budget of ${month}: ${dollars(spent)} of ${dollars(monthly)} (${percent(spent, monthly)})`;
  if (spent > monthly) return `${of}, ${dollars(spent - monthly)} over.`;
  if (projected === undefined) return `${of}, ${dollars(monthly - spent)} under.`;
  const left = monthly - projected;
  return `${of}; at this pace it ends ${dollars(Math.abs(left))} ${left < 0 ? 'over' : 'under'}.`;
}
