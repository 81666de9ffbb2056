import type { RequestRow } from '../streams/requests.js';
import type { DayToRead } from './day-to-read.js';
import type { ReadAhead } from './read-ahead.js';
import type { TimeRange } from './request-page.js';
import { readSlice, type SliceReading } from './request-slice.js';
import type { SliceManner, SliceReader } from './slice-pages.js';
import { cutOff, pagesAt } from './slice-size.js';

/**
 * Reads a part of a day in the order of time, in slices of about a page, several at once.
 *
 * The first call asks for everything: a quiet day is one call. A busy day is cut by the density seen last, and
 * the slices ahead of the one that is waited for are read while there is room in `ahead`.
 */
export async function* readInSlices(
  reader: SliceReader,
  asked: DayToRead,
  ahead: ReadAhead,
  signal: AbortSignal,
): AsyncGenerator<readonly RequestRow[]> {
  const day = new SlicedDay(reader, asked, ahead, signal);
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
  readonly #asked: DayToRead;
  readonly #ahead: ReadAhead;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  /** In the order of time; together they are what is not handed on yet. */
  #slices: Slice[];
  /** Requests a second, as the slice read last had them; unknown before the first. */
  #density: number | undefined;
  /** Requests a second that are foretold at least. */
  #usual = 0;
  /** Requests that the day should have, as soon as that is known. */
  #expected: number | undefined;
  /** True once pages did not fit together: from then on a slice is one page. */
  #isApart: boolean;

  constructor(reader: SliceReader, asked: DayToRead, ahead: ReadAhead, signal: AbortSignal) {
    const { range, doubted } = asked;
    this.#reader = reader;
    this.#asked = asked;
    this.#ahead = ahead;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#slices = range.until > range.from ? this.#unread([range]) : [];
    this.#isApart = doubted !== undefined;
    asked.expected.then(
      (expected) => {
        this.#expected = expected;
      },
      () => {}, // thrown where the day is counted
    );
    if (doubted) this.#density = this.#usual = doubted.expected / (range.until - range.from);
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
    const most = this.#pagesOf(density);
    const { api, pages } = this.#reader;
    const [range, rest] = cutOff(slice.range, density, most * pages.full(api.pageSize.current));
    const result = readSlice(this.#reader, range, this.#mannerOf(range, most), this.#signal);
    const reading: Slice = { state: 'reading', held, result };
    // A burst says little about the hours before it: what follows is cut by what is seen by then.
    this.#slices.splice(at, 1, reading, ...this.#unread(rest ? [rest] : []));
    result.then(
      (done) => this.#finished(reading, done, held),
      () => {}, // thrown by next() when it comes to this slice
    );
  }

  #mannerOf(range: TimeRange, most: number): SliceManner {
    const { doubted, expected, facts } = this.#asked;
    if (doubted) return { most, suspect: Math.max(doubted.longest, facts.longest) };
    return range === this.#asked.range ? { most, expected } : { most };
  }

  #pagesAt(at: number): number {
    const slice = this.#slices[at];
    return this.#pagesOf((slice?.state === 'unread' ? slice.density : undefined) ?? this.#density);
  }

  #pagesOf(density: number | undefined): number {
    return this.#isApart || this.#reader.pages.misleads ? 1 : pagesAt(density);
  }

  /** What a slice left, because it was busier than foretold, is cut by what it was seen to be. */
  #finished(reading: Slice, done: SliceReading, held: number): void {
    const at = this.#slices.indexOf(reading);
    if (at < 0) return;
    this.#asked.facts.add(done);
    const { from, until } = done.read;
    if (from < until) {
      // While pages are in doubt, too large a slice is read for nothing, and a quiet hour foretells little.
      const seen = done.rows.length / (until - from);
      this.#density = Math.max(Math.min(seen, this.#restDensity(done) ?? seen), this.#usual);
      const left = this.#unread(done.left, this.#density);
      this.#slices.splice(at, 1, ...left, { state: 'read', rows: done.rows, held });
    } else {
      this.#isApart = true;
      this.#ahead.leave(held);
      this.#slices.splice(at, 1, ...this.#unread(done.left));
    }
    this.#readAhead();
  }

  /**
   * Requests a second of what the first call of a day left, by what usage counts: the hours before may be far less busy
   * than the last ones. Undefined for later calls, and where that cannot be told.
   */
  #restDensity({ rows, read, left }: SliceReading): number | undefined {
    const { range } = this.#asked;
    const rest = (this.#expected ?? 0) - rows.length;
    if (read.until < range.until || left.length === 0 || rest <= 0) return undefined;
    return rest / (read.from - range.from);
  }

  #unread(ranges: readonly TimeRange[], density?: number): Slice[] {
    return ranges.map((range) => ({ state: 'unread', range, density }));
  }
}

function isUnread(slice: Slice): boolean {
  return slice.state === 'unread';
}
