import { setImmediate as turn } from 'node:timers/promises';
import { refuseUnknownForm } from '../api/answer-list.js';
import type { RequestContext } from './normalize-request.js';
import type { PageLength } from './page-length.js';
import { endlessPages, type LogReader, type Paging, readPage, type TimeRange } from './request-page.js';
import { SliceRecords } from './slice-records.js';

/** Pages and records of one second, beyond which there is no end of them. */
const MOST_PAGES = 1_000;
/**
 * Full pages in a row without anything new. One may be by chance, where requests of one moment have another order with
 * every call.
 */
const MOST_STALE = 2;
const MOST_RECORDS = 50_000;

export interface SliceReader extends LogReader {
  /** Comes with the names that records are given: they are asked for while the first page is. */
  readonly context: Promise<RequestContext>;
  readonly pages: PageLength;
}

/** How a slice is read. */
export interface SliceManner {
  /** Pages after which it stops, if the range can be cut. */
  readonly most: number;
  /** Records that the range should have. Left out where it is a part of a day: nobody counts these. */
  readonly expected?: Promise<number | undefined>;
  /**
   * Given where pages are not to be trusted: only one that nothing comes behind is the last, one of so many records is
   * taken for cut off, and the range is cut by the clock alone. Default: the order and the length of pages are believed.
   */
  readonly suspect?: number;
}

/** The pages of a range, as far as they were read. */
export interface SlicePages {
  readonly records: SliceRecords;
  /** The second from which on everything was read: the start of the range, or its end where nothing is certain. */
  readonly from: number;
  /** Records of the longest page. */
  readonly longest: number;
}

/**
 * Reads the pages of a range until nothing comes behind them, or there were so many that the range had better be cut.
 * A single second is never cut.
 */
export async function readPages(
  reader: SliceReader,
  range: TimeRange,
  manner: SliceManner,
  paging: Paging,
  signal: AbortSignal,
): Promise<SlicePages> {
  const { pages } = reader;
  const records = new SliceRecords(range);
  const upTo = (from: number): SlicePages => ({ records, from, longest });
  let longest = 0;
  let stale = 0;
  let before: { readonly isShort: boolean; readonly count: number; readonly oldest: number } | undefined;
  for (let page = 0; ; page += 1) {
    const answer = await readPage(reader, range, page, paging, signal);
    const context = await reader.context;
    await context.prices.lookAt(answer.records, signal);
    await turn(); // the place of this call is free: the next one goes out before the work on this page begins
    const fresh = records.add(answer.records, context, !before?.isShort);
    const count = answer.records.length;
    longest = Math.max(longest, count);
    pages.came(count, answer.promised);
    if (before?.isShort && fresh === 0) pages.ended(before.count);
    if (before?.isShort && fresh > 0) {
      pages.wentOn();
      // Nobody knows whether it counts pages by what is asked for or by what it gives: the first one is certain.
      if (isLong(range)) return upTo(cutAt(before.oldest, records, range, manner));
    }
    const isFull = count > 0 && count >= Math.min(pages.full(answer.promised), manner.suspect ?? count + 1);
    if (isFull && records.size === 0) refuseUnknownForm('requests', records.unreadable.count, 0);
    stale = fresh === 0 && isFull ? stale + 1 : 0;
    if (stale >= (records.size === 0 ? 1 : MOST_STALE)) throw endlessPages(range, page, NOTHING_NEW, reader);
    if (!isFull && (fresh === 0 || (await isLast(count, records, manner, pages)))) return upTo(range.from);
    if (isFull && page + 1 >= manner.most && isLong(range)) {
      return upTo(cutAt(records.oldest, records, range, manner));
    }
    if (page + 1 >= MOST_PAGES || records.size > MOST_RECORDS) {
      throw endlessPages(range, page, STILL_NEW, reader);
    }
    before = { isShort: count < answer.promised, count, oldest: records.oldest };
  }
}

const NOTHING_NEW = 'the same requests as those before it, or none of the time that was asked for';
const STILL_NEW = 'new requests still, and no second has as many';

/** True for a range that can be cut. */
export function isLong({ from, until }: TimeRange): boolean {
  return until - from > 1;
}

/**
 * Whether a page that is not full is the last one. Of the page of a whole day that is believed where usage counts as
 * many, or, since usage may lag behind, no other page was as long.
 */
async function isLast(
  count: number,
  records: SliceRecords,
  { expected, suspect }: SliceManner,
  pages: PageLength,
): Promise<boolean> {
  if (suspect !== undefined || expected === undefined) return suspect === undefined;
  const there = await expected;
  const { held } = records;
  return held === there || ((there === undefined || held > there) && pages.isWhole(count));
}

/**
 * Everything after the second of the oldest record seen is complete, while the newest come first; that second itself
 * may go on. In any other order, and in none, as when all are of one moment, what is older than the oldest seen says
 * nothing about what is still to come.
 */
function cutAt(
  oldest: number,
  { isNewestFirst }: SliceRecords,
  range: TimeRange,
  manner: SliceManner,
): number {
  const from = oldest + 1;
  const isCertain = manner.suspect === undefined && isNewestFirst && from > range.from;
  return isCertain ? Math.min(from, range.until) : range.until;
}
