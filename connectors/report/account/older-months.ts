import type { DaysThere, StreamFreshness } from './account.js';
import type { Amounts, ShareJson } from './amounts.js';
import type { ComparisonSumsJson } from './comparison-sums.js';
import type { BreakdownName } from './day-amounts.js';
import type { BalanceLook } from './month-sums.js';

type Entries<Value> = readonly (readonly [key: string, value: Value])[];

/** Months that no charts draw the days of, all projects and months added up, as it is kept: see `AccountSums`. */
export interface OlderMonths {
  readonly projects: Entries<string>;
  readonly days: Entries<Amounts>;
  readonly months: Entries<Amounts>;
  readonly projectMonths: Entries<Entries<Amounts>>;
  readonly byProject: readonly ShareJson[];
  readonly by: Readonly<Record<BreakdownName, readonly ShareJson[]>>;
  readonly lineItemMonths: Entries<Entries<number>>;
  readonly lastLooks: Entries<BalanceLook>;
  readonly lastUsed: Entries<string>;
  readonly compared: ComparisonSumsJson;
  readonly streams: readonly (Omit<StreamFreshness, 'projects'> & {
    readonly projects: Entries<DaysThere>;
  })[];
}
