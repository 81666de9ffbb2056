import { costBetween, type ProjectCosts, sumDollars } from '../catalogue/costs.js';
import type { Failure } from '../errors/export-error.js';
import { namesById } from '../text/called-as.js';
import { counted, formatDollars } from '../text/text-table.js';
import { addDays, type Day, dayAt, firstOfMonth } from '../time/day.js';
import type { Summary } from './summary.js';

/** Dollars that a UTC day and a month may cost. */
interface Budget {
  readonly daily?: number | undefined;
  readonly monthly?: number | undefined;
}

/** What was spent of the budget. */
export interface BudgetCheck {
  /** `unknown`: what is known is within the budget, and not everything is known. */
  readonly verdict: 'within' | 'exceeded' | 'unknown';
  readonly periods: readonly BudgetPeriod[];
  /** Projects whose costs are not known, and why: they are in no sum. */
  readonly unknown: readonly (Failure & { readonly project: string })[];
}

/** A day or a month; the present one so far. */
export interface BudgetPeriod {
  readonly budget: 'daily' | 'monthly';
  readonly since: Day;
  readonly until: Day;
  readonly budget_usd: number;
  readonly cost_usd: number;
  /** 0 within the budget. */
  readonly over_usd: number;
}

/**
 * Holds what the projects have cost against the budget, by the bill. Yesterday and its month count beside the present
 * ones: a job that runs at night would never see a day whole, and what is billed late belongs to the day it is of.
 *
 * @param costs undefined where nothing is known
 */
export function checkBudget(
  { daily, monthly }: Budget,
  costs: readonly ProjectCosts[] | undefined,
  now: number,
): BudgetCheck {
  const today = dayAt(now);
  const yesterday = addDays(today, -1);
  const months = new Map([yesterday, today].map((until) => [firstOfMonth(until), until]));
  const known = (costs ?? []).flatMap(({ days }) => days ?? []);
  const spent = (budget: BudgetPeriod['budget'], limit: number, since: Day, until: Day): BudgetPeriod => {
    const cost = sumDollars(known.map((days) => costBetween(days, since, until)));
    const over = Math.max(0, sumDollars([cost, -limit]));
    return { budget, since, until, budget_usd: limit, cost_usd: cost, over_usd: over };
  };
  const periods = [
    ...(daily === undefined ? [] : [yesterday, today].map((day) => spent('daily', daily, day, day))),
    ...(monthly === undefined
      ? []
      : [...months].map(([since, until]) => spent('monthly', monthly, since, until))),
  ];
  const unknown = (costs ?? []).flatMap((one) =>
    one.days === undefined ? [{ project: one.project.id, ...one.failure }] : [],
  );
  const isKnown = costs !== undefined && unknown.length === 0;
  const isExceeded = periods.some(({ over_usd: over }) => over > 0);
  return { verdict: isExceeded ? 'exceeded' : isKnown ? 'within' : 'unknown', periods, unknown };
}

/** Sentences on a budget that is exceeded, or of which that is not known. */
export function budgetNotes({ budget: check, projects, started_at: startedAt }: Summary): string[] {
  if (check === null) return [];
  const { verdict, periods, unknown } = check;
  const [first, ...others] = unknown;
  const least = first === undefined ? '' : ' at least';
  const exceeded = periods.flatMap((period) => {
    const { budget, until, cost_usd: cost, over_usd: over, budget_usd: limit } = period;
    if (over === 0) return [];
    const soFar = startedAt.startsWith(until) ? ' so far' : '';
    return `${periodName(period)} has cost${least} ${formatDollars(cost)}${soFar}: ${formatDollars(over)} over the ${budget} budget of ${formatDollars(limit)}.`;
  });
  if (first === undefined) return verdict === 'unknown' ? [`${UNKNOWN}: the run ended before.`] : exceeded;
  const name = namesById(projects)(first.project);
  const more = others.length === 0 ? '' : ` and of ${counted(others.length, 'other project')}`;
  const hint = first.hint === undefined ? '' : ` ${first.hint}`;
  const why = `the cost of ${name}${more} is not known. ${first.message}${hint}`;
  return [...exceeded, `${verdict === 'exceeded' ? 'It may be more' : UNKNOWN}: ${why}`];
}

const UNKNOWN = 'Whether the budget is kept cannot be told';

/** `2026-11-20 $12.30 of $200.00, 2026-11 $310.00 of $4,000.00`. */
export function budgetLine({ periods }: BudgetCheck): string {
  return periods
    .map(
      (period) =>
        `${periodName(period)} ${formatDollars(period.cost_usd)} of ${formatDollars(period.budget_usd)}`,
    )
    .join(', ');
}

function periodName({ budget, since }: Pick<BudgetPeriod, 'budget' | 'since'>): string {
  return budget === 'daily' ? since : since.slice(0, 7);
}
