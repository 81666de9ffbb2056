import type { PartitionReading } from '../../../src/catalogue/source.js';
import type { Row } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { Day } from '../../../src/time/day.js';
import type { Named } from '../account/project-directory.js';
import { once, type ReadingContext } from '../reading-context.js';
import { addUp, type DayRows } from './add-up.js';
import type { DailyAnswer } from './daily-calls.js';
import { groupIds } from './group-ids.js';
import { dailyRows } from './interpret-response.js';

/**
 * Reads days of usage or billing with one call, if a server can, and cuts the answer into them.
 *
 * @param again true where an answer of this run is doubted, and must not serve
 */
export async function* readDays(
  days: readonly Day[],
  stream: Stream,
  context: ReadingContext,
  signal: AbortSignal,
  again = false,
): AsyncGenerator<PartitionReading> {
  const { directory, identity } = context;
  const kinds = stream.groupings.flatMap((grouping) => NAMED[grouping] ?? []);
  await directory.prepare(kinds, rangeOf(days), signal);
  const byDay = new Map(days.map((day) => [day, directory.names(day)]));
  // Rows of other days are left out, and need no names.
  const names = (day: Day) => byDay.get(day) ?? directory.names(day);
  const rows = new Map<Day, DayRows>();
  for (const { answer, days: asked } of await answersFor(days, stream, context, again, signal)) {
    await directory.find(groupIds(answer), rangeOf(days), signal);
    const wanted = new Set(days.filter((day) => asked.has(day)));
    for (const [day, found] of dailyRows(answer, { ...context, stream, names, days: wanted }))
      rows.set(day, found);
  }
  const speech = isUsageTotal(stream) ? await context.totals.speechRequests(days, signal) : NO_SPEECH;
  for (const day of days) {
    const { rows: parts, unreadable } = rows.get(day) ?? NO_ROWS;
    const batch = async () => {
      const added = addUp(parts, stream, context.project);
      return speech === NO_SPEECH ? added : added.map((row) => withSpeech(row, speech?.get(day)));
    };
    yield {
      day,
      project: identity.projectOn(day),
      batches: once(batch),
      unreadable: () => unreadable,
      isProvisional: () => speech === undefined || names(day).isProvisional(),
    };
  }
}

/** What has a name besides its id, by the grouping that it is in. */
const NAMED: Readonly<Record<string, Named>> = {
  models: 'models',
  accessor: 'apiKeys',
  line_item: 'lineItems',
};

function rangeOf(days: readonly Day[]): { readonly start: Day; readonly end: Day } {
  return { start: days.at(0) ?? '', end: days.at(-1) ?? '' };
}

const NO_ROWS: DayRows = { rows: [], unreadable: 0 };

/** Totals without groups are asked for once a run, by whoever needs them first, unless that answer is doubted. */
function answersFor(
  days: readonly Day[],
  { kind, groupings }: Stream,
  { totals, daily, project }: ReadingContext,
  again: boolean,
  signal: AbortSignal,
): Promise<readonly DailyAnswer[]> {
  const what = kind === 'billing' ? 'billing' : 'usage';
  if (groupings.length === 0 && !again) return totals.answers(what, days, signal);
  return daily.read(project, { path: [what, 'breakdown'], groupings }, days, signal);
}

function isUsageTotal({ kind, groupings }: Stream): boolean {
  return kind === 'usage' && groupings.length === 0;
}

/** Of streams that do not count it. */
const NO_SPEECH: ReadonlyMap<Day, number> = new Map();

/** With what only the older totals of usage have; a breakdown that gives it is right. */
function withSpeech(row: Row, requests: number | undefined): Row {
  return { ...row, tts_requests: row.tts_requests ?? requests ?? null };
}
