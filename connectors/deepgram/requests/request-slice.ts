import type { RequestRow } from '../streams/requests.js';
import { MARGIN, type TimeRange } from './request-page.js';
import { isLong, readPages, type SliceManner, type SlicePages, type SliceReader } from './slice-pages.js';
import type { UnreadableRecords } from './unreadable-records.js';

/** Seconds after which a range is over: until then requests turn up in it, and move others to the next page. */
const OVER = 60;
/** Readings of a second that takes several pages, while some request was met on two of them. */
const READINGS = 5;

/** What reading a slice gave. */
export interface SliceReading {
  /** The records of `read`, in the order of their time, each once. */
  readonly rows: readonly RequestRow[];
  /** The part that has been read completely: the newest part of what was asked, or nothing. */
  readonly read: TimeRange;
  /** The older parts, in the order of time, which are still to be read. */
  readonly left: readonly TimeRange[];
  /** Records left out because another one has the same id, says something else, and is the later one. */
  readonly versions: number;
  /** Records that could not be understood; left out where nothing was read. */
  readonly unreadable?: UnreadableRecords;
  /** Requests that must be there, and were on no page. */
  readonly missing: number;
  /** Records of the longest page. */
  readonly longest: number;
}

/**
 * Reads one range of the request log, newest page first. Records that turn up twice, because newer ones pushed them to
 * the next page while we were reading, are kept once, in their later state. In a range that is over nothing pushes:
 * there a double proves that another record was missed, so the range is cut and read again.
 *
 * Where a page is too much for the server the range is read anew in smaller ones: their offsets are others.
 */
export async function readSlice(
  reader: SliceReader,
  range: TimeRange,
  manner: SliceManner,
  signal: AbortSignal,
): Promise<SliceReading> {
  const readOnce = () =>
    reader.api.pageSize.ask((size, slowAttempts) =>
      readPages(reader, range, manner, { size, slowAttempts }, signal),
    );
  const pages = await readOnce();
  const { now } = await reader.context;
  const isOver = range.until + MARGIN + OVER <= now / 1_000;
  if (!isOver || pages.records.missing === 0) return readingOf(pages, range, 0);
  if (isLong(range)) return readingOf({ ...pages, from: range.until }, range, 0);
  const united = await readAgain(pages, readOnce);
  return readingOf(united, range, united.records.missing);
}

/** A second cannot be cut; but what its pages miss need not be the same each time. */
async function readAgain(pages: SlicePages, readOnce: () => Promise<SlicePages>): Promise<SlicePages> {
  let last = pages;
  for (let readings = 1; readings < READINGS && last.records.missing > 0; readings += 1) {
    const { records } = last;
    last = await readOnce();
    last.records.unite(records);
  }
  return last;
}

function readingOf({ records, from, longest }: SlicePages, range: TimeRange, missing: number): SliceReading {
  const read = { from, until: range.until };
  const { versions, unreadable } = records;
  if (from < range.until) {
    const left = from > range.from ? [{ from: range.from, until: from }] : [];
    return { rows: records.rows(from), read, left, versions, unreadable, missing, longest };
  }
  const middle = Math.floor((range.from + range.until) / 2);
  const left = [
    { from: range.from, until: middle },
    { from: middle, until: range.until },
  ];
  return { rows: [], read, left, versions: 0, missing: 0, longest };
}
