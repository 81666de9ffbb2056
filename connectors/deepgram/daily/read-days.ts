import type { PartitionReading } from '../../../src/catalogue/source.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { Row } from '../../../src/streams/field.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { Day } from '../../../src/time/day.js';
import type { Names } from '../account/project-directory.js';
import { type ApiCall, projectCall } from '../api/deepgram-api.js';
import type { Json } from '../api/tolerant-json.js';
import { once, type ReadingContext } from '../reading-context.js';
import { dailyRows, isByDay, resolutionOf } from './interpret-response.js';

/** Reads days of usage or billing with one call and cuts the answer into them. */
export async function* readDays(
  days: readonly Day[],
  stream: Stream,
  context: ReadingContext,
  signal: AbortSignal,
): AsyncGenerator<PartitionReading> {
  const { groupings } = stream;
  const names = await context.directory.names(
    {
      models: groupings.includes('models'),
      apiKeys: groupings.includes('accessor'),
      lineItems: groupings.includes('line_item'),
    },
    signal,
  );
  const rows = await rowsByDay(days, stream, context, names, signal);
  for (const day of days) yield { day, batches: once(async () => rows.get(day) ?? []) };
}

/** The rows by day. An answer in coarser steps than days is asked for again in halves, down to a day a call. */
async function rowsByDay(
  days: readonly Day[],
  stream: Stream,
  context: ReadingContext,
  names: Names,
  signal: AbortSignal,
): Promise<ReadonlyMap<Day, readonly Row[]>> {
  const start = days.at(0) ?? '';
  const answer = await context.api.get(dailyCall(stream, start, days.at(-1) ?? '', context.project), signal);
  if (isByDay(answer)) return dailyRows(answer, { ...context, stream, names, days: new Set(days) });
  if (days.length === 1) throw notByDay(stream, start, answer);
  const half = Math.ceil(days.length / 2);
  const [older, newer] = await Promise.all([
    rowsByDay(days.slice(0, half), stream, context, names, signal),
    rowsByDay(days.slice(half), stream, context, names, signal),
  ]);
  return new Map([...older, ...newer]);
}

function notByDay(stream: Stream, day: Day, answer: Json): ExportError {
  return new ExportError(
    'SOURCE_ANSWER',
    `Deepgram gives ${stream.name} of ${day} in steps of ${resolutionOf(answer)}, not of a day.`,
    { kind: 'permanent', hint: 'This program only knows days. Please report it with this message.' },
  );
}

function dailyCall({ kind, groupings }: Stream, start: Day, end: Day, project: Project): ApiCall {
  const isBilling = kind === 'billing';
  const endpoint = isBilling || groupings.length > 0 ? [kind, 'breakdown'] : [kind];
  const by = groupings.length > 0 ? ` by ${groupings.join(' and ')}` : '';
  const scope = isBilling ? 'billing:read' : 'usage:read';
  const parameters = { start, end, ...(groupings.length > 0 ? { grouping: groupings } : {}) };
  return projectCall(project, `read ${endpoint.join(' ')}${by}`, scope, endpoint, parameters);
}
