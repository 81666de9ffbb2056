import { MARGIN } from '../dist/connectors/deepgram/requests/request-page.js';
import { cutOff, pagesAt } from '../dist/connectors/deepgram/requests/slice-size.js';
import { arrivalOf, firstIndexAt } from '../dist/connectors/stand-ins/deepgram/account/requests/day-times.js';

/** Records of a page: the most that Deepgram gives. */
const PAGE = 1_000;
const SECOND_US = 1_000_000;

/** When the requests of a day arrive, as in the stand-in: much by day, little by night. */
export function arrivals(seed, count) {
  return {
    before: (second) => firstIndexAt(seed, second * SECOND_US, count),
    secondOf: (index) => Math.floor(arrivalOf(seed, index, count) / SECOND_US),
  };
}

/**
 * The calls that a day of the request log takes, by the rules of the source: the first one asks for the whole day, what it
 * left is cut by the density that was seen, and the slices ahead are read while there is room. All answers take as long.
 *
 * @param {ReturnType<typeof arrivals>} log
 * @param {number} seconds how long the day has lasted
 * @param {number} room pages that may be held at once
 * @returns {number[]} records of the page of each call; what two slices share is in both
 */
export function pagesOfDay(log, seconds, room) {
  const calls = [];
  if (seconds <= 0) return calls;
  const counted = log.before(seconds);
  let free = room;
  let turn = 0;
  let density;
  /** In the order of time; together they are what is not handed on yet. */
  const slices = [{ from: 0, until: seconds }];
  const isUnread = ({ state }) => state === undefined;
  const start = (at, held) => {
    const slice = slices[at];
    const known = slice.density ?? density;
    const most = pagesAt(known);
    const [range, rest] = cutOff(slice, known, most * PAGE);
    const reading = { ...range, state: 'reading', held, ...read(log, range, most) };
    reading.ends = turn + reading.pages.length;
    slices.splice(at, 1, reading, ...(rest ? [{ ...rest }] : []));
  };
  const readAhead = () => {
    if (density === undefined) return;
    for (let at = slices.findIndex(isUnread); at >= 0; at = slices.findIndex(isUnread)) {
      const pages = pagesAt(slices[at].density ?? density);
      const isWaitedFor = slices.some(({ state, held }, place) => place > at && state === 'read' && held > 0);
      const without = slices.slice(0, at).filter(({ held }) => held === 0).length;
      if (free >= pages) {
        free -= pages;
        start(at, pages);
      } else if (isWaitedFor && without < room) start(at, 0);
      else return;
    }
  };
  while (slices.length > 0) {
    if (isUnread(slices[0])) start(0, 0);
    readAhead();
    const next = slices
      .filter(({ state }) => state === 'reading')
      .reduce((first, one) => (first === undefined || one.ends < first.ends ? one : first), undefined);
    turn = next.ends;
    calls.push(...next.pages);
    finish(next);
    while (slices[0]?.state === 'read') free += slices.shift().held;
  }
  return calls;

  function finish(slice) {
    const { certain, until, from, rows, held } = slice;
    const seen = rows / (until - certain);
    const rest = counted - rows;
    const isFirst = density === undefined && certain > from && rest > 0;
    density = isFirst ? Math.min(seen, rest / (certain - from)) : seen;
    const left = certain > from ? [{ from, until: certain, density }] : [];
    slices.splice(slices.indexOf(slice), 1, ...left, { from: certain, until, state: 'read', held });
  }
}

/** Reads the pages of a slice until one is not full, or there were so many that the slice had better be cut. */
function read(log, { from, until }, most) {
  const newest = log.before(until + MARGIN);
  const oldest = log.before(from - MARGIN);
  const pages = [];
  for (let left = newest - oldest; ; left -= PAGE) {
    pages.push(Math.min(PAGE, left));
    const certain = Math.min(until, log.secondOf(newest - pages.length * PAGE) + 1);
    const isCut = left >= PAGE && pages.length >= most && certain > from;
    if (isCut) return { pages, certain, rows: log.before(until) - log.before(certain) };
    if (left < PAGE) return { pages, certain: from, rows: log.before(until) - log.before(from) };
  }
}
