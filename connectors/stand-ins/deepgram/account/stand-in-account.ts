import type { AccountProject } from './account.js';
import type { DayFinder } from './account-days.js';
import type { DayTotals } from './day-totals.js';
import type { Forms } from './requests/record-forms.js';
import type { Role } from './roles.js';
import type { StandInClock } from './stand-in-clock.js';

/** What the endpoints answer from. */
export interface StandInAccount {
  readonly projects: readonly AccountProject[];
  /** Of who made the key that is let in. */
  readonly role: Role;
  readonly clock: StandInClock;
  /** Milliseconds by which the clock moves with each call for a page of the request log. */
  readonly clockStepMs: number;
  readonly retentionMs: number;
  readonly forms: Forms;
  /** Whether the request log tells what a request cost. */
  readonly prices: boolean;
  readonly findDay: DayFinder;
  readonly totals: DayTotals;
}
