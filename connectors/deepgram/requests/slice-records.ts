import type { RequestRow } from '../streams/requests.js';
import { differ, isProgress, laterOf } from './later-version.js';
import { type RequestContext, requestRow } from './normalize-request.js';
import { MARGIN, type TimeRange } from './request-page.js';
import { UnreadableRecords } from './unreadable-records.js';

/** Seconds around a range in which records may be that its pages have: what was asked for, and how servers may round it. */
const NEAR = MARGIN + 1;

/** What the pages of one slice gave, page after page, each request once. */
export class SliceRecords {
  /** Those just before and after the range, too: they tell of the pages as well. */
  #found = new Map<string, RequestRow>();
  readonly #range: TimeRange;
  /** The ends of the range, and those of what is near it. */
  readonly #first: string;
  readonly #last: string;
  readonly #start: string;
  readonly #end: string;
  #oldest: string;
  #isFalling = false;
  #rises = false;
  #came = 0;
  /** Records left out because another one has the same id, says something else, and is the later one. */
  versions = 0;
  /** Records that could not be understood. */
  readonly unreadable = new UnreadableRecords();

  constructor(range: TimeRange) {
    this.#range = range;
    this.#first = secondText(range.from);
    this.#last = secondText(range.until);
    this.#start = secondText(range.from - NEAR);
    this.#end = secondText(range.until + NEAR);
    this.#oldest = this.#end;
  }

  /** The whole second of the oldest record so far; the end of the range where there is none. */
  get oldest(): number {
    return secondsOf(this.#oldest);
  }

  /** False where the order, within and between all pages so far, tells nothing about what is still to come. */
  get isNewestFirst(): boolean {
    return this.#isFalling && !this.#rises;
  }

  get size(): number {
    return this.#found.size;
  }

  /** Records of the range itself, and those that nobody can place. */
  get held(): number {
    return this.#inRange(this.#range.from).length + this.unreadable.count;
  }

  /**
   * Places of the pages that no known request has taken: as many were missed, where the log did not change. A request
   * moves to another page, and another one takes its place, where times are equal and their order is none.
   */
  get missing(): number {
    return Math.max(0, this.#came - this.#inRange(this.#range.from).length);
  }

  /**
   * Takes a page in, and answers how many of it were new.
   *
   * @param isAwaited false for one behind a page that was short: a server may give its last page for all that follow
   */
  add(records: readonly unknown[], context: RequestContext, isAwaited: boolean): number {
    const page = new Map<string, RequestRow>();
    const unreadable = this.unreadable.ids.size;
    let last: string | undefined;
    let oldest = this.#oldest;
    let came = 0;
    for (const record of records) {
      const row = requestRow(record, context);
      if (!row) {
        this.unreadable.add(record);
        continue;
      }
      if (last !== undefined && row.created_at > last) this.#rises = true;
      if (last !== undefined && row.created_at < last) this.#isFalling = true;
      last = row.created_at;
      if (last < oldest) oldest = last;
      if (last < this.#start || last >= this.#end) continue;
      const known = page.get(row.request_id);
      page.set(row.request_id, known ? laterOf(known, row) : row);
      if (!known && this.#has(row)) came += 1;
      if (known && differ(known, row)) this.versions += 1;
    }
    const fresh = this.#merge(page);
    if (isAwaited || fresh > 0) this.#came += came;
    this.#oldest = oldest;
    return fresh + this.unreadable.ids.size - unreadable;
  }

  /** Takes in what another reading of the same range found. */
  unite(other: SliceRecords): void {
    for (const [id, row] of this.#found) {
      const known = other.#found.get(id);
      other.#found.set(id, known ? laterOf(row, known) : row);
    }
    this.#found = other.#found;
    this.#came = other.#came;
  }

  /** The records of the range from that second on, in the order of time. */
  rows(from = this.#range.from): RequestRow[] {
    return this.#inRange(from).sort(byTimeAndId);
  }

  #inRange(from: number): RequestRow[] {
    const first = secondText(from);
    const rows: RequestRow[] = [];
    for (const row of this.#found.values()) if (row.created_at >= first && this.#has(row)) rows.push(row);
    return rows;
  }

  #has({ created_at: created }: RequestRow): boolean {
    return created >= this.#first && created < this.#last;
  }

  #merge(page: Map<string, RequestRow>): number {
    if (this.#found.size === 0) {
      this.#found = page;
      return page.size;
    }
    const before = this.#found.size;
    for (const [id, row] of page) {
      const known = this.#found.get(id);
      if (!known && row.created_at > this.#oldest) this.#rises = true;
      this.#found.set(id, known ? laterOf(known, row) : row);
      if (!known || isProgress(known, row) || !differ(known, row)) continue;
      this.versions += 1;
      if (this.#has(row)) this.#came -= 1; // it is another record, and no other one was missed for it
    }
    return this.#found.size - before;
  }
}

function byTimeAndId(a: RequestRow, b: RequestRow): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1;
  return a.request_id < b.request_id ? -1 : 1;
}

/** Seconds as a timestamp that compares with those of records. */
function secondText(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.000000Z`;
}

function secondsOf(moment: string): number {
  return Math.floor(Date.parse(`${moment.slice(0, 19)}Z`) / 1_000);
}
