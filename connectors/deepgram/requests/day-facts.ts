import type { SliceReading } from './request-slice.js';
import { UnreadableRecords } from './unreadable-records.js';

/** What one reading of a day came to, slice by slice. */
export class DayFacts {
  /** Records that were understood, each once. */
  rows = 0;
  readonly unreadable = new UnreadableRecords();
  /** Records left out because another one has their id. */
  versions = 0;
  /** Requests that must be in the log, and were on no page. */
  missing = 0;
  /** Records of the longest page. */
  longest = 0;

  /** Records of the log, understood or not. */
  get records(): number {
    return this.rows + this.versions + this.unreadable.count;
  }

  add(slice: SliceReading): void {
    this.rows += slice.rows.length;
    this.versions += slice.versions;
    this.missing += slice.missing;
    this.longest = Math.max(this.longest, slice.longest);
    if (slice.unreadable) this.unreadable.addAll(slice.unreadable);
  }
}
