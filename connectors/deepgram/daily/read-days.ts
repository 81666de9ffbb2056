import type { PartitionReading } from '../../../src/catalogue/source.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { Row } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';
import type { Day } from '../../../src/time/day.js';
import type { Names } from '../account/project-directory.js';
import type { ApiCall } from '../api/deepgram-api.js';
import type { Json } from '../api/tolerant-json.js';
import { once, pathOf, type ReadingContext, saying } from '../reading-context.js';
import type { SelectedStream, StreamOrigin } from '../streams/select-streams.js';
import { dailyRows, isByDay, resolutionOf } from './interpret-response.js';

/** Reads days of usage or billing with one call and cuts the answer into its partitions. */
export async function* dailyParts(
  partitions: readonly Partition[],
  selected: SelectedStream,
  context: ReadingContext,
  signal: AbortSignal,
): AsyncGenerator<PartitionReading> {
  const { origin } = selected;
  const names = await context.directory.names(
    {
      models: origin.of === 'usage_by' && origin.grouping === 'models',
      apiKeys: groupingsOf(origin).includes('accessor'),
      lineItems: groupingsOf(origin).includes('line_item'),
    },
    signal,
  );
  const days = await readDays(partitions, selected, context, names, signal);
  for (const partition of partitions) {
    yield { partition, batches: once(async () => days.get(partition.day ?? '') ?? []) };
  }
}

/** The rows by day. An answer in coarser steps than days is asked for again in halves, down to a day a call. */
async function readDays(
  partitions: readonly Partition[],
  selected: SelectedStream,
  context: ReadingContext,
  names: Names,
  signal: AbortSignal,
): Promise<ReadonlyMap<Day, readonly Row[]>> {
  const start = partitions.at(0)?.day ?? '';
  const end = partitions.at(-1)?.day ?? '';
  const answer = await context.api.get(dailyCall(selected.origin, start, end, context), signal);
  if (isByDay(answer)) {
    const asked = new Set(partitions.map((partition) => partition.day ?? ''));
    return dailyRows(answer, { ...context, selected, names, days: asked });
  }
  if (partitions.length === 1) throw notByDay(selected, start, answer);
  const half = Math.ceil(partitions.length / 2);
  const [older, newer] = await Promise.all([
    readDays(partitions.slice(0, half), selected, context, names, signal),
    readDays(partitions.slice(half), selected, context, names, signal),
  ]);
  return new Map([...older, ...newer]);
}

function notByDay({ stream }: SelectedStream, day: Day, answer: Json): ExportError {
  return new ExportError(
    'SOURCE_ANSWER',
    `Deepgram gives ${stream.name} of ${day} in steps of ${resolutionOf(answer)}, not of a day.`,
    { kind: 'permanent', hint: 'This program only knows days. Please report it with this message.' },
  );
}

function dailyCall(origin: StreamOrigin, start: Day, end: Day, context: ReadingContext): ApiCall {
  const isBilling = origin.of === 'billing' || origin.of === 'billing_by';
  const endpoint = isBilling
    ? ['billing', 'breakdown']
    : origin.of === 'usage'
      ? ['usage']
      : ['usage', 'breakdown'];
  const grouping = groupingsOf(origin);
  return {
    path: pathOf(context, ...endpoint),
    parameters: { start, end, ...(grouping.length > 0 ? { grouping } : {}) },
    what: saying(
      `read ${endpoint.join(' ')}${grouping.length > 0 ? ` by ${grouping.join(' and ')}` : ''}`,
      context,
    ),
    scope: isBilling ? 'billing:read' : 'usage:read',
  };
}

function groupingsOf(origin: StreamOrigin): readonly string[] {
  if (origin.of === 'usage_by') return [origin.grouping];
  return origin.of === 'billing_by' ? origin.groupings : [];
}
