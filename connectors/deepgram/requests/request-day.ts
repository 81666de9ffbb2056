import type { RequestRow } from '../streams/requests.js';
import type { ReadAhead } from './read-ahead.js';
import { MARGIN, readSlice, type SliceReader, type SliceReading, type TimeRange } from './request-slice.js';

/** The part of a page that a slice should fill: the rest keeps a busier minute from needing a second one. */
const FULL = 0.9;
/** Requests a second from which the seconds read twice at the ends of a slice would be a large part of it. */
const DENSE = 20;
/** Pages of a slice where requests are that dense; elsewhere a slice is one page, and its rest is cut anew. */
const DENSE_PAGES = 3;

/**
 * Reads a part of a day in the order of time, in slices of about a page, several at once.
 *
 * The first call asks for everything: a quiet day is one call. A busy day is cut by the density seen last, and
 * the slices ahead of the one that is waited for are read while there is room in `ahead`.
 */
export async function* readRequestDay(
  reader: SliceReader,
  whole: TimeRange,
  ahead: ReadAhead,
  signal: AbortSignal,
): AsyncGenerator<readonly RequestRow[]> {
  const day = new SlicedDay(reader, whole, ahead, signal);
  try {
    for (let rows = await day.next(); rows; rows = await day.next()) {
      if (rows.length > 0) yield rows;
    }
  } finally {
    day.stop();
  }
}

type Slice =
  | { readonly state: 'unread'; readonly range: TimeRange; readonly density: number | undefined }
  | { readonly state: 'reading'; readonly result: Promise<SliceReading>; readonly held: number }
  | { readonly state: 'read'; readonly rows: readonly RequestRow[]; readonly held: number };

class SlicedDay {
  readonly #reader: SliceReader;
  readonly #ahead: ReadAhead;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  /** In the order of time; together they are what is not handed on yet. */
  #slices: Slice[];
  /** Requests a second, as the slice read last had them; unknown before the first. */
  #density: number | undefined;

  constructor(reader: SliceReader, whole: TimeRange, ahead: ReadAhead, signal: AbortSignal) {
    this.#reader = reader;
    this.#ahead = ahead;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#slices = whole.until > whole.from ? [{ state: 'unread', range: whole, density: undefined }] : [];
  }

  /** The records of the oldest slice that is left; undefined at the end. */
  async next(): Promise<readonly RequestRow[] | undefined> {
    for (;;) {
      this.#start(0, 0);
      this.#readAhead();
      const head = this.#slices[0];
      if (!head) return undefined;
      if (head.state === 'read') {
        this.#slices.shift();
        this.#ahead.leave(head.held);
        return head.rows;
      }
      if (head.state === 'reading') await head.result;
    }
  }

  /** Ends what is under way and gives its room back. */
  stop(): void {
    this.#stop.abort();
    for (const slice of this.#slices) if (slice.state !== 'unread') this.#ahead.leave(slice.held);
    this.#slices = [];
  }

  /**
   * Starts the oldest unread slices while there is room. Beyond it, as many only as come before one that has room
   * and is read already: it cannot be handed on, and give its room back, before they are.
   */
  #readAhead(): void {
    if (this.#density === undefined) return; // one call first: most days need no other
    for (let at = this.#slices.findIndex(isUnread); at >= 0; at = this.#slices.findIndex(isUnread)) {
      const pages = this.#pagesAt(at);
      if (this.#ahead.tryEnter(pages)) this.#start(at, pages);
      else if (this.#blocksFinished(at) && this.#withoutRoom(at) < this.#ahead.pages) this.#start(at, 0);
      else return;
    }
  }

  #blocksFinished(at: number): boolean {
    return this.#slices.some((slice, place) => place > at && slice.state === 'read' && slice.held > 0);
  }

  /** Slices before this one that were started without room, and are still here. */
  #withoutRoom(at: number): number {
    return this.#slices.slice(0, at).filter((slice) => slice.state !== 'unread' && slice.held === 0).length;
  }

  /** Starts reading the slice at this place, if it is unread; a large one is cut, and its first part started. */
  #start(at: number, held: number): void {
    const slice = this.#slices[at];
    if (slice?.state !== 'unread') return;
    const density = slice.density ?? this.#density;
    const [range, rest] = cut(slice.range, density, this.#reader.api.pageSize.current);
    const result = readSlice(this.#reader, range, pagesOf(density), this.#signal);
    const reading: Slice = { state: 'reading', held, result };
    // A burst says little about the hours before it: what follows is cut by what is seen by then.
    const later: Slice[] = rest ? [{ state: 'unread', range: rest, density: undefined }] : [];
    this.#slices.splice(at, 1, reading, ...later);
    result.then(
      (done) => this.#finished(reading, done, held),
      () => {}, // thrown by next() when it comes to this slice
    );
  }

  #pagesAt(at: number): number {
    const slice = this.#slices[at];
    return pagesOf((slice?.state === 'unread' ? slice.density : undefined) ?? this.#density);
  }

  /** What a slice left, because it was busier than foretold, is cut by what it was seen to be. */
  #finished(reading: Slice, done: SliceReading, held: number): void {
    this.#density = done.rows.length / (done.read.until - done.read.from);
    const at = this.#slices.indexOf(reading);
    if (at < 0) return;
    const left: Slice[] = done.left ? [{ state: 'unread', range: done.left, density: this.#density }] : [];
    this.#slices.splice(at, 1, ...left, { state: 'read', rows: done.rows, held });
    this.#readAhead();
  }
}

function isUnread(slice: Slice): boolean {
  return slice.state === 'unread';
}

function pagesOf(density: number | undefined): number {
  return density !== undefined && density > DENSE ? DENSE_PAGES : 1;
}

/** A slice off the beginning of a range, and the rest where there is one. */
function cut(
  range: TimeRange,
  density: number | undefined,
  page: number,
): readonly [TimeRange, TimeRange | undefined] {
  if (!density) return [range, undefined];
  const seconds = Math.max(1, Math.floor((pagesOf(density) * page * FULL) / density) - 2 * MARGIN);
  const end = range.from + seconds;
  // A rest that is small is cheaper to read with its neighbour than by a call of its own.
  if (end + seconds / 4 >= range.until) return [range, undefined];
  return [
    { from: range.from, until: end },
    { from: end, until: range.until },
  ];
}
