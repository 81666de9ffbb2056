import { MARGIN, type TimeRange } from './request-page.js';

/** The part of a page that a slice should fill: the rest keeps a busier minute from needing a second one. */
const FULL = 0.9;
/** Requests a second from which the seconds read twice at the ends of a slice would be a large part of it. */
const DENSE = 20;
/** Pages of a slice where requests are that dense; elsewhere a slice is one page, and its rest is cut anew. */
const DENSE_PAGES = 3;

/** Pages that a slice should have where there are so many requests a second. */
export function pagesAt(density: number | undefined): number {
  return density !== undefined && density > DENSE ? DENSE_PAGES : 1;
}

/** A slice off the beginning of a range, to fill about so many records, and the rest where there is one. */
export function cutOff(
  range: TimeRange,
  density: number | undefined,
  records: number,
): readonly [TimeRange, TimeRange | undefined] {
  if (!density) return [range, undefined];
  const seconds = Math.max(1, Math.floor((records * FULL) / density) - 2 * MARGIN);
  const end = range.from + seconds;
  // A rest that is small is cheaper to read with its neighbour than by a call of its own.
  if (end + seconds / 4 >= range.until) return [range, undefined];
  return [
    { from: range.from, until: end },
    { from: end, until: range.until },
  ];
}
