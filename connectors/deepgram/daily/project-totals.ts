import type { Project } from '../../../src/streams/partition.js';
import { type Day, daysThrough } from '../../../src/time/day.js';
import { type DeepgramApi, projectCall, type Scope } from '../api/deepgram-api.js';
import { arrayOf, type Json, numberOf, objectOf, textOf } from '../api/tolerant-json.js';

/** The totals of each day of the run, by the source's own adding up. */
export interface ProjectTotals {
  /** Requests of a day, as usage counts them; undefined where that cannot be told. */
  requestsOf(day: Day, signal: AbortSignal): Promise<number | undefined>;
  /** What changes when something of a day has: its usage, and its dollars where the key may see them. */
  versions(signal: AbortSignal): Promise<ReadonlyMap<Day, string>>;
}

/** Each total is asked for once a run, for all of its days, by whoever needs it first. */
export function projectTotals(
  api: DeepgramApi,
  project: Project,
  range: { readonly start: Day; readonly end: Day },
): ProjectTotals {
  const asked = new Map<string, Promise<ReadonlyMap<Day, Json>>>();
  const totals = (what: string, scope: Scope, signal: AbortSignal): Promise<ReadonlyMap<Day, Json>> => {
    const call = projectCall(project, `read the totals of ${what}`, scope, [what, 'breakdown'], range);
    const answer = asked.get(what) ?? api.get(call, signal).then(byDay, () => new Map<Day, Json>());
    asked.set(what, answer);
    return answer;
  };
  const usage = (signal: AbortSignal) => totals('usage', 'usage:read', signal);
  const billing = (signal: AbortSignal) => totals('billing', 'billing:read', signal);
  return {
    requestsOf: async (day, signal) => numberOf((await usage(signal)).get(day)?.requests) ?? undefined,
    versions: async (signal) => {
      const [used, billed] = await Promise.all([usage(signal), billing(signal)]);
      // A day that is not in an answer is one of which there is nothing.
      const days = daysThrough(range.start, range.end);
      return new Map(days.map((day) => [day, versionOf(used.get(day), billed.get(day))]));
    },
  };
}

function versionOf(used: Json | undefined, billed: Json | undefined): string {
  const dollars = numberOf(billed?.dollars);
  const { grouping: _, ...measures } = used ?? {};
  return JSON.stringify([measures, dollars === null ? null : dollars.toFixed(6)]);
}

function byDay(answer: Json): ReadonlyMap<Day, Json> {
  const days = new Map<Day, Json>();
  for (const raw of arrayOf(answer.results)) {
    const result = objectOf(raw) ?? {};
    const start = textOf(objectOf(result.grouping)?.start) ?? textOf(result.start);
    if (start !== null) days.set(start.slice(0, 10), result);
  }
  return days;
}
