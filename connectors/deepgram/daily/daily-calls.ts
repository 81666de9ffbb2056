import { ExportError } from '../../../src/errors/export-error.js';
import type { Project } from '../../../src/streams/partition.js';
import { calledAs } from '../../../src/text/called-as.js';
import type { Day } from '../../../src/time/day.js';
import { type ApiCall, type DeepgramApi, projectCall } from '../api/deepgram-api.js';
import { PageSize } from '../api/page-size.js';
import type { Json } from '../api/tolerant-json.js';
import { isByDay, stepsOf } from './row-period.js';

/** Days of a breakdown that one call asks for, at first: bounds the size of an answer. */
export const DAYS_A_CALL = 31;
/** Without groups a day is one row. */
const DAYS_OF_TOTALS = 366;

/** What is asked for: `usage` and `billing` by their groupings, or the older totals of usage. */
export interface DailyEndpoint {
  readonly path: readonly ['usage'] | readonly ['usage' | 'billing', 'breakdown'];
  readonly groupings: readonly string[];
}

/** An answer, none of whose rows is of more than a day, with the days that were asked for. */
export interface DailyAnswer {
  readonly days: ReadonlySet<Day>;
  readonly answer: Json;
}

/**
 * Calls for days of usage and billing, of all projects of a run. Where a server cannot answer for so many days, or
 * answers in longer steps, it is asked for half of them, down to one, and for no more in later calls of the endpoint.
 */
export class DailyCalls {
  readonly #api: DeepgramApi;
  readonly #sizes = new Map<string, PageSize>();

  constructor(api: DeepgramApi) {
    this.#api = api;
  }

  /** @param days neighbours, in order */
  async read(
    project: Project,
    endpoint: DailyEndpoint,
    days: readonly Day[],
    signal: AbortSignal,
  ): Promise<readonly DailyAnswer[]> {
    const size = this.#sizeOf(endpoint);
    const pieces = await size.inPieces(days, async (asked, slowAttempts) => {
      const answer = await this.#api.get({ ...dailyCall(project, endpoint, asked), slowAttempts }, signal);
      if (isByDay(answer)) return answer;
      if (!size.shrink(asked.length)) throw notByDay(project, endpoint, asked, answer);
      return undefined;
    });
    return pieces.map(({ piece, answer }) => ({ days: new Set(piece), answer }));
  }

  #sizeOf({ path, groupings }: DailyEndpoint): PageSize {
    const name = [...path, ...groupings].join(' ');
    const most = groupings.length === 0 ? DAYS_OF_TOTALS : DAYS_A_CALL;
    const size = this.#sizes.get(name) ?? new PageSize({ most, least: 1, divisor: 2 });
    this.#sizes.set(name, size);
    return size;
  }
}

function dailyCall(project: Project, { path, groupings }: DailyEndpoint, days: readonly Day[]): ApiCall {
  const scope = path[0] === 'billing' ? 'billing:read' : 'usage:read';
  const range = { start: days.at(0) ?? '', end: days.at(-1) ?? '' };
  const parameters = groupings.length > 0 ? { ...range, grouping: groupings } : range;
  return projectCall(project, `read ${wordsOf({ path, groupings })}`, scope, path, parameters);
}

function wordsOf({ path, groupings }: DailyEndpoint): string {
  return `${path.join(' ')}${groupings.length > 0 ? ` by ${groupings.join(' and ')}` : ''}`;
}

function notByDay(
  project: Project,
  endpoint: DailyEndpoint,
  [day]: readonly Day[],
  answer: Json,
): ExportError {
  const message = `Deepgram gives ${wordsOf(endpoint)} of ${calledAs(project)}, ${day}, in ${stepsOf(answer)}, not of a day.`;
  return new ExportError('SOURCE_ANSWER', message, {
    kind: 'permanent',
    hint: 'This program only knows days. Please report it with this message.',
  });
}
