import type { StandInClock } from '../stand-in-clock.js';
import type { AccountProject } from './account.js';
import type { DayFinder } from './account-days.js';
import type { DayTotals } from './day-totals.js';
import type { Forms } from './record-forms.js';

/** What the endpoints answer from. */
export interface StandInAccount {
  readonly projects: readonly AccountProject[];
  readonly clock: StandInClock;
  /** Milliseconds by which the clock moves with each call for a page of the request log. */
  readonly clockStepMs: number;
  readonly retentionMs: number;
  readonly forms: Forms;
  readonly findDay: DayFinder;
  readonly totals: DayTotals;
}

/** Answers a call about the whole account with the object that becomes the body. */
export type AccountEndpoint = (account: StandInAccount, query: URLSearchParams) => object;

/** Answers a call about one project; `undefined` where there is no such thing. */
export type ProjectEndpoint = (
  account: StandInAccount,
  project: AccountProject,
  query: URLSearchParams,
  id: string,
) => object | undefined | Promise<object | undefined>;
