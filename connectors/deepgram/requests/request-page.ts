import { ExportError } from '../../../src/errors/export-error.js';
import type { Project } from '../../../src/streams/partition.js';
import { calledAs } from '../../../src/text/called-as.js';
import { listIn } from '../api/answer-list.js';
import { type DeepgramApi, projectCall } from '../api/deepgram-api.js';
import { numberOf } from '../api/tolerant-json.js';

/** Seconds asked for beyond both ends of a range, and cut off again. */
export const MARGIN = 1;

/** A part of a day: whole seconds since the epoch, `until` not included. */
export interface TimeRange {
  readonly from: number;
  readonly until: number;
}

/** Whose request log is read. */
export interface LogReader {
  readonly api: DeepgramApi;
  readonly project: Project;
}

/** How each page of a range is asked for. */
export interface Paging {
  readonly size: number;
  readonly slowAttempts: number | undefined;
}

/** A page of the request log. */
export interface RequestPage {
  readonly records: readonly unknown[];
  /** Records that it would have if there were more behind it, as far as the server says. */
  readonly promised: number;
}

/**
 * Asks for one page of a range. Deepgram does not say whether `start` and `end` are included, so a second more is asked
 * for on both sides.
 */
export async function readPage(
  { api, project }: LogReader,
  range: TimeRange,
  page: number,
  { size, slowAttempts }: Paging,
  signal: AbortSignal,
): Promise<RequestPage> {
  const [start, end] = [parameter(range.from - MARGIN), parameter(range.until + MARGIN)];
  const parameters = { start, end, limit: size, page };
  const call = projectCall(project, 'read the requests', 'usage:read', ['requests'], parameters);
  const what = `${call.what}, from ${momentOf(range.from)}, page ${page}`;
  const answer = await api.get({ ...call, what, slowAttempts }, signal);
  const records = listIn(answer, 'requests', 'requests');
  const said = numberOf(answer.limit) ?? size;
  return { records, promised: said > 0 ? Math.min(size, said) : size };
}

/** A server that heeds neither `page` nor the range, or gives new ones for ever, would be asked without end. */
export function endlessPages(
  range: TimeRange,
  page: number,
  what: string,
  { project }: LogReader,
): ExportError {
  const where = `the requests of ${calledAs(project)}, from ${momentOf(range.from)}`;
  return new ExportError('SOURCE_ANSWER', `Could not read ${where}: page ${page} holds ${what}.`, {
    kind: 'permanent',
    hint: 'A server or proxy in between may drop the parameters `page`, `start` and `end`. Check source.base_url.',
  });
}

/** Seconds as messages say them. */
export function momentOf(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}Z`;
}

/** With its offset, for a time without one is not said to be UTC. */
function parameter(seconds: number): string {
  return momentOf(seconds).replace('Z', '+00:00');
}
