import type { Day } from '../../../src/time/day.js';
import type { Month } from '../../report/account/calendar.js';
import type { AmountsEntry } from '../../report/account/day-amounts.js';
import type { Entry } from '../../report/totals/entry.js';

/** What a project has spent on a day, by one stream: what the report keeps of a partition, as far as it is about money. */
export type SpendingEntry = AmountsEntry &
  Pick<Entry, 'day' | 'project_id' | 'project_name'> & {
    /** When it was read, or somewhat later; in milliseconds since the epoch. */
    readonly delivered_at: number;
  };

/** True for a stream that is of interest. */
export type Wanted = (stream: Pick<Entry, 'kind' | 'groupings'>) => boolean;

/** A sink that can tell what was spent, without asking anybody who bills. */
export interface SpendingStore {
  /** As it is called within a sentence: `the totals of report (out/report.html.parts)`. */
  readonly name: string;
  /** Months of which there is anything, the oldest first. Throws an `ExportError` where nothing can be read. */
  months(signal: AbortSignal): Promise<readonly Month[]>;
  /** The last day of a month, up to one that is given, of which there is anything. */
  newestDay(month: Month, until: Day, signal: AbortSignal): Promise<Day | undefined>;
  /** A month, one project after the other. */
  entries(month: Month, wanted: Wanted, signal: AbortSignal): AsyncIterable<readonly SpendingEntry[]>;
  /** Frees what reading has made. */
  close(): Promise<void>;
}
