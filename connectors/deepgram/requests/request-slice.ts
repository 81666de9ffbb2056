import { setImmediate as turn } from 'node:timers/promises';
import { ExportError } from '../../../src/errors/export-error.js';
import type { Project } from '../../../src/streams/partition.js';
import { listIn, refuseUnknownForm } from '../api/answer-list.js';
import { calledAs, type DeepgramApi, projectCall } from '../api/deepgram-api.js';
import { numberOf, objectOf } from '../api/tolerant-json.js';
import type { RequestRow } from '../streams/requests.js';
import { type RequestContext, requestRow } from './normalize-request.js';

/** Seconds asked for beyond both ends of a range, and cut off again. */
export const MARGIN = 1;

/** A part of a day: whole seconds since the epoch, `until` not included. */
export interface TimeRange {
  readonly from: number;
  readonly until: number;
}

/** What reading a slice gave. */
export interface SliceReading {
  /** The records of `read`, in the order of their time, each once. */
  readonly rows: readonly RequestRow[];
  /** The part that has been read completely: the newest part of what was asked. */
  readonly read: TimeRange;
  /** The older part, left because it would have taken too many pages; undefined when all was read. */
  readonly left: TimeRange | undefined;
}

export interface SliceReader {
  readonly api: DeepgramApi;
  readonly project: Project;
  /** Comes with the names that records are given: they are asked for while the first page is. */
  readonly context: Promise<RequestContext>;
}

/**
 * Reads one range of the request log, newest page first. Deepgram does not say whether `start` and `end` are
 * included, so a second more is asked for on both sides and cut off here. Records that turn up twice, because
 * newer ones pushed them to the next page while we were reading, are kept once, in their later state. Where a page is
 * too much for the server the range is read anew in smaller ones: their offsets are others.
 *
 * @param most pages after which it stops at the last whole second, if that leaves something read
 */
export async function readSlice(
  reader: SliceReader,
  range: TimeRange,
  most: number,
  signal: AbortSignal,
): Promise<SliceReading> {
  return reader.api.pageSize.ask((size, slowAttempts) =>
    readPages(reader, range, most, { size, slowAttempts }, signal),
  );
}

/** How each page of a range is asked for. */
interface Paging {
  readonly size: number;
  readonly slowAttempts: number | undefined;
}

async function readPages(
  reader: SliceReader,
  range: TimeRange,
  most: number,
  paging: Paging,
  signal: AbortSignal,
): Promise<SliceReading> {
  const found = new Map<string, RequestRow>();
  const bounds = { from: secondText(range.from), until: secondText(range.until) };
  let oldest = bounds.until;
  let isNewestFirst = true;
  let hasOrder = false;
  let before: string | undefined;
  let understood = 0;
  for (let page = 0; ; page += 1) {
    const { records, isLast } = await readPage(reader, range, page, paging, signal);
    const context = await reader.context;
    await turn(); // the place of this call is free: the next one goes out before the work on this page begins
    const ends = endsOf(records);
    if (ends !== undefined && ends === before) throw samePage(range, page, reader);
    before = ends;
    let last: string | undefined;
    for (const record of records) {
      const row = requestRow(record, context);
      if (!row) continue;
      if (last !== undefined && row.created_at > last) isNewestFirst = false;
      if (last !== undefined && row.created_at < last) hasOrder = true;
      last = row.created_at;
      understood += 1;
      if (last < oldest) oldest = last;
      if (last >= bounds.from && last < bounds.until) found.set(row.request_id, row);
    }
    refuseUnknownForm('requests', records.length, understood);
    if (isLast) return { rows: inOrder(found.values()), read: range, left: undefined };
    const cut = secondsOf(oldest) + 1;
    // In any other order, and in none, as when all are of one moment, what is older than the oldest seen says nothing about what is still to come.
    if (page + 1 >= most && isNewestFirst && hasOrder && cut < range.until && cut > range.from) {
      return cutAt(cut, range, found);
    }
  }
}

async function readPage(
  { api, project }: SliceReader,
  range: TimeRange,
  page: number,
  { size, slowAttempts }: Paging,
  signal: AbortSignal,
): Promise<{ readonly records: readonly unknown[]; readonly isLast: boolean }> {
  const [start, end] = [parameter(range.from - MARGIN), parameter(range.until + MARGIN)];
  const parameters = { start, end, limit: size, page };
  const call = projectCall(project, 'read the requests', 'usage:read', ['requests'], parameters);
  const what = `${call.what}, from ${secondText(range.from).slice(0, 19)}Z, page ${page}`;
  const answer = await api.get({ ...call, what, slowAttempts }, signal);
  const records = listIn(answer, 'requests', 'requests');
  // A server may give fewer than asked; only a page shorter than what it promises is the last one.
  const limit = Math.min(size, numberOf(answer.limit) ?? size);
  return { records, isLast: records.length < limit || records.length === 0 };
}

/** What tells a page from the one before; undefined for a page without records. */
function endsOf(records: readonly unknown[]): string | undefined {
  if (records.length === 0) return undefined;
  return JSON.stringify([records[0], records.at(-1)].map((record) => objectOf(record)?.request_id));
}

/** A server that pays no heed to `page` would be asked for the same records without end. */
function samePage(range: TimeRange, page: number, { project }: SliceReader): ExportError {
  const message =
    `Could not read the requests of ${calledAs(project)}, from ${secondText(range.from).slice(0, 19)}Z: ` +
    `page ${page} holds the same requests as the one before.`;
  return new ExportError('SOURCE_ANSWER', message, {
    kind: 'permanent',
    hint: 'A server or proxy in between may drop the parameter `page`. Check source.base_url.',
  });
}

/** Everything after the second of the oldest record seen is complete; that second itself may go on. */
function cutAt(cut: number, range: TimeRange, found: ReadonlyMap<string, RequestRow>): SliceReading {
  const from = secondText(cut);
  const rows = inOrder([...found.values()].filter((row) => row.created_at >= from));
  return { rows, read: { from: cut, until: range.until }, left: { from: range.from, until: cut } };
}

function inOrder(rows: Iterable<RequestRow>): RequestRow[] {
  return [...rows].sort((a, b) => {
    if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1;
    return a.request_id < b.request_id ? -1 : 1;
  });
}

/** Seconds as a timestamp that compares with those of records. */
function secondText(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.000000Z`;
}

function secondsOf(moment: string): number {
  return Math.floor(Date.parse(`${moment.slice(0, 19)}Z`) / 1_000);
}

/** With its offset, for a time without one is not said to be UTC. */
function parameter(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}+00:00`;
}
