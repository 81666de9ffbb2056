import type { Day } from './day.js';

/** The days of a run, both included, and the moment that counts as now in all of it. */
export interface Window {
  readonly since: Day;
  readonly until: Day;
  /** Milliseconds since the epoch: nothing later is read, however long the run takes. */
  readonly now: number;
  /** True where nobody has chosen the first day: a sink may ask for more history. Default false. */
  readonly isDefault?: boolean;
  /**
   * True where it was chosen for one run, on the command line: it is read for itself, and says nothing of where history
   * begins. Default false.
   */
  readonly isByHand?: boolean;
}
