import type { DayFacts } from './day-facts.js';
import type { TimeRange } from './request-page.js';

/** A part of a day, and how it is to be read. */
export interface DayToRead {
  readonly range: TimeRange;
  /** Requests that it should have; undefined where that cannot be told. */
  readonly expected: Promise<number | undefined>;
  /**
   * Given where an earlier reading is in doubt. Then every slice is a page that nothing comes behind, cut by the clock
   * alone. Default: as few calls as pages that can be trusted need.
   */
  readonly doubted?: Doubted;
  /** Told what is found. */
  readonly facts: DayFacts;
}

/** A reading that had fewer records than it should. */
export interface Doubted {
  /** Records of its longest page. */
  readonly longest: number;
  readonly expected: number;
}
