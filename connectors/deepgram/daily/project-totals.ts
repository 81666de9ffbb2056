import { type DailyCosts, firstCostDay } from '../../../src/catalogue/costs.js';
import { Findings } from '../../../src/deliver/tally/findings.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { silentLog } from '../../../src/log/log.js';
import type { Row } from '../../../src/streams/field.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import { calledAs } from '../../../src/text/called-as.js';
import { type Day, dayAt, daysThrough } from '../../../src/time/day.js';
import type { DayNames } from '../account/names/day-names.js';
import { billing } from '../streams/billing.js';
import { usage } from '../streams/usage.js';
import { addUp, type RowOfPeriod } from './add-up.js';
import type { DailyAnswer, DailyCalls, DailyEndpoint } from './daily-calls.js';
import { dailyRows } from './interpret-response.js';

/** The totals of each day of the run, by the source's own adding up. Each is asked for once a run and project. */
export interface ProjectTotals {
  /** Those of `/usage/breakdown` or `/billing/breakdown` without groups, for readings of them. */
  answers(
    what: 'usage' | 'billing',
    days: readonly Day[],
    signal: AbortSignal,
  ): Promise<readonly DailyAnswer[]>;
  /**
   * Text-to-speech requests by day, which only the deprecated `/usage` counts; none where it is not there any more.
   * Undefined where they could not be had now, and may be had later.
   */
  speechRequests(days: readonly Day[], signal: AbortSignal): Promise<ReadonlyMap<Day, number> | undefined>;
  /** Requests of a day, as usage counts them; undefined where that cannot be told. Throws for an interrupt only. */
  requestsOf(day: Day, signal: AbortSignal): Promise<number | undefined>;
  /**
   * What changes when something of a day has: its usage, and its dollars. Days whose usage or dollars cannot be told,
   * as by a key that may not read billing, are left out. Throws for an interrupt only.
   */
  versions(signal: AbortSignal): Promise<ReadonlyMap<Day, string>>;
  /** Dollars by day since `firstCostDay`. Throws where they cannot be read, or are not known of a day. */
  costs(signal: AbortSignal): Promise<DailyCosts>;
}

const ENDPOINTS = {
  usage: { path: ['usage', 'breakdown'], groupings: [] },
  billing: { path: ['billing', 'breakdown'], groupings: [] },
  speech: { path: ['usage'], groupings: [] },
} as const satisfies Record<string, DailyEndpoint>;
type Total = keyof typeof ENDPOINTS;

/**
 * @param range the window of the run, for all of which a total is asked at once; days beyond it are asked for as they come
 * @param now milliseconds since the epoch
 */
export function projectTotals(
  daily: DailyCalls,
  project: Project,
  range: { readonly start: Day; readonly end: Day },
  now: number,
  findings: Findings,
): ProjectTotals {
  const window = daysThrough(range.start, range.end);
  const costDays = daysThrough(firstCostDay(now), dayAt(now));
  // Where the window ends today, one call answers for it and for all whose costs are asked for.
  const [billed = window] =
    range.end === costDays.at(-1) ? [window, costDays].sort((a, b) => b.length - a.length) : [window];
  const atOnce = { usage: window, speech: window, billing: billed } satisfies Record<Total, readonly Day[]>;
  const asked = new Map<Total, Promise<readonly DailyAnswer[]>>();

  const allAtOnce = async (total: Total, signal: AbortSignal): Promise<readonly DailyAnswer[]> => {
    for (;;) {
      const answer = asked.get(total) ?? daily.read(project, ENDPOINTS[total], atOnce[total], signal);
      asked.set(total, answer);
      try {
        return await answer;
      } catch (error) {
        // Whoever asked first was interrupted; who still waits asks again. Any other failure is that of the run.
        if (!endsTheRun(error) || signal.aborted) throw error;
        if (asked.get(total) === answer) asked.delete(total);
      }
    }
  };
  const answers = (total: Total, days: readonly Day[], signal: AbortSignal) => {
    const [first = ''] = atOnce[total];
    const isWithin = days.every((day) => day >= first && day <= range.end);
    return isWithin ? allAtOnce(total, signal) : daily.read(project, ENDPOINTS[total], days, signal);
  };
  const rowsOf = (total: Total, days: readonly Day[], signal: AbortSignal) =>
    answers(total, days, signal).then((found) => totalRows(found, total, project));
  /** Undefined where they cannot be read. */
  const readable = (total: Total, signal: AbortSignal) =>
    rowsOf(total, window, signal).catch((error) => {
      if (endsTheRun(error)) throw error;
      return undefined;
    });

  return {
    answers,
    speechRequests: async (days, signal) => {
      const counts = new Map<Day, number>();
      const rows = await rowsOf('speech', days, signal).catch((error) => {
        if (endsTheRun(error)) throw error;
        if (isAbsent(error)) return new Map<Day, Row>();
        findings.warn(
          `No tts_requests in usage of project ${calledAs(project)}, whose days are read again: ${error.message}`,
        );
        return undefined;
      });
      if (rows === undefined) return undefined;
      for (const [day, row] of rows)
        if (typeof row?.tts_requests === 'number') counts.set(day, row.tts_requests);
      return counts;
    },
    requestsOf: async (day, signal) => {
      const requests = (await readable('usage', signal))?.get(day)?.requests;
      return typeof requests === 'number' ? requests : undefined;
    },
    versions: async (signal) => {
      const [used, billed] = await Promise.all([readable('usage', signal), readable('billing', signal)]);
      const versions = new Map<Day, string>();
      if (used === undefined || billed === undefined) return versions;
      for (const day of window) {
        const [use, bill] = [used.get(day), billed.get(day)];
        if (use === null || bill === null) continue;
        versions.set(day, JSON.stringify([measuresOf(use, usage), measuresOf(bill, billing)]));
      }
      return versions;
    },
    costs: async (signal) => {
      const rows = await rowsOf('billing', costDays, signal);
      const costs = new Map<Day, number>();
      for (const day of costDays) {
        const row = rows.get(day);
        if (row === undefined) continue;
        if (typeof row?.cost_usd !== 'number') throw withoutCost(day, project);
        costs.set(day, row.cost_usd);
      }
      return costs;
    },
  };
}

/** The row of each day; null where an answer has several that do not add up. */
function totalRows(
  answers: readonly DailyAnswer[],
  total: Total,
  project: Project,
): ReadonlyMap<Day, Row | null> {
  const stream = total === 'billing' ? billing : usage;
  const rows = new Map<Day, Row | null>();
  for (const { answer, days } of answers) {
    // What is noticed is said by the readings of the streams.
    const context = { stream, project, days, names: () => NOBODY, findings: new Findings(silentLog) };
    for (const [day, found] of dailyRows(answer, context))
      if (found.rows.length > 0) rows.set(day, totalOf(found.rows, stream, project));
  }
  return rows;
}

const NOBODY: DayNames = {
  project: null,
  model: () => undefined,
  apiKey: () => undefined,
  lineItem: () => undefined,
  find: async () => false,
  isProvisional: () => false,
};

function totalOf(parts: readonly RowOfPeriod[], stream: Stream, project: Project): Row | null {
  try {
    return addUp(parts, stream, project)[0] ?? null;
  } catch (error) {
    if (endsTheRun(error)) throw error;
    return null;
  }
}

/** The measures of a total, in which the same sum may differ in its last digits; null where a day has none. */
function measuresOf(row: Row | null | undefined, { fields }: Stream): readonly unknown[] | null {
  if (!row) return null;
  const measures = fields.filter(({ role }) => role === 'measure').map(({ name }) => row[name]);
  return measures.map((value) => (typeof value === 'number' ? value.toFixed(6) : null));
}

function withoutCost(day: Day, project: Project): ExportError {
  const message = `Deepgram does not say what ${calledAs(project)} has cost on ${day}.`;
  return new ExportError('SOURCE_ANSWER', message, { kind: 'permanent' });
}

/** True where Deepgram says that there is no such endpoint for this key, or gives another answer than that of totals. */
function isAbsent({ code, status, lacks }: ExportError): boolean {
  return lacks !== undefined || status === 404 || status === 410 || code === 'SOURCE_ANSWER';
}

/** True for an interrupt, and for what is no failure of a call. */
function endsTheRun(error: unknown): boolean {
  return !(error instanceof ExportError) || error.kind === 'interrupted';
}
