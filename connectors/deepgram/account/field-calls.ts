import type { Project } from '../../../src/streams/partition.js';
import { daysThrough } from '../../../src/time/day.js';
import { type DeepgramApi, projectCall } from '../api/deepgram-api.js';
import { PageSize } from '../api/page-size.js';
import type { Json } from '../api/tolerant-json.js';
import type { DayRange } from './names/named-list.js';

/** Days that one call asks for, at first. */
const MOST_DAYS = 366;

const KINDS = {
  /** `{tags, models, processing_methods, features}` of what was used. */
  usage: { what: 'read the usage fields', scope: 'usage:read' },
  /** `{accessors, deployments, tags, line_items}` of what was billed. */
  billing: { what: 'read the billing fields', scope: 'billing:read' },
} as const;

/**
 * Calls for what was used or billed in some days, of all projects of a run. Where a server cannot tell it of so many
 * days, it is asked for half of them, down to one, and for no more in later calls.
 */
export class FieldCalls {
  readonly #api: DeepgramApi;
  readonly #sizes = { usage: daysAtFirst(), billing: daysAtFirst() };

  constructor(api: DeepgramApi) {
    this.#api = api;
  }

  /** An answer for each part of these days, which together say it all. */
  async read(
    project: Project,
    kind: keyof typeof KINDS,
    { start, end }: DayRange,
    signal: AbortSignal,
  ): Promise<readonly Json[]> {
    const { what, scope } = KINDS[kind];
    const pieces = await this.#sizes[kind].inPieces(daysThrough(start, end), (days, slowAttempts) => {
      const range = { start: days.at(0) ?? '', end: days.at(-1) ?? '' };
      return this.#api.get(
        { ...projectCall(project, what, scope, [kind, 'fields'], range), slowAttempts },
        signal,
      );
    });
    return pieces.map(({ answer }) => answer);
  }
}

function daysAtFirst(): PageSize {
  return new PageSize({ most: MOST_DAYS, least: 1, divisor: 2 });
}
