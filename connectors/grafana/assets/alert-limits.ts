/** When the alert rules alarm. */
export interface AlertLimits {
  /** Milliseconds between two runs of the export; whole minutes, from a minute to three days. */
  readonly every: number;
  /** Percent of a project's requests that fail. */
  readonly errorRate: number;
  /** Dollars left in a project. */
  readonly balanceBelow: number;
  /** Dollars of all projects. Without either, there is no rule about them. */
  readonly dailyBudget?: number | undefined;
  readonly monthlyBudget?: number | undefined;
}

export const DEFAULT_LIMITS: AlertLimits = { every: 15 * 60_000, errorRate: 5, balanceBelow: 50 };
