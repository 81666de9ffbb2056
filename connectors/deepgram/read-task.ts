import type { PartitionReading, ReadRequest, Share } from '../../src/catalogue/source.js';
import type { Row } from '../../src/streams/field.js';
import type { Stream } from '../../src/streams/stream.js';
import { addDays, type Day } from '../../src/time/day.js';
import { type AccountContext, balanceRows } from './account/account-rows.js';
import { readSnapshot } from './account/snapshots.js';
import { projectCall } from './api/deepgram-api.js';
import { DAYS_A_CALL } from './daily/daily-calls.js';
import { readDays } from './daily/read-days.js';
import { once, type ReadingContext } from './reading-context.js';
import { reconcileDays } from './reconciliation/reconcile.js';
import { readRequestDay } from './requests/request-day.js';

/** Cuts days that are wanted of a stream into those that one reading serves. */
export function divideDays(
  { kind, partitionedBy }: Stream,
  days: readonly Day[],
  today: Day,
): readonly Share[] {
  if (partitionedBy === 'snapshot') return [{ days: [null], calls: 1 }];
  if (kind === 'balances') return days.includes(today) ? [{ days: [today], calls: 1 }] : [];
  return chunksOf(days, kind === 'requests' ? 1 : DAYS_A_CALL).map((chunk) => ({ days: chunk, calls: 1 }));
}

/** Reads the days of one {@link Share}. */
export function readTask(
  request: ReadRequest,
  context: ReadingContext,
  signal: AbortSignal,
): AsyncIterable<PartitionReading> {
  const { stream, days, again } = request;
  if (stream.partitionedBy === 'snapshot')
    return whole(days, context, (own) => readSnapshot(stream, own, signal));
  const dated = days.filter((day) => day !== null);
  switch (stream.kind) {
    case 'requests':
      return context.facts.count(readRequests(dated, context, signal));
    case 'usage':
    case 'billing':
      return context.facts.count(readDays(dated, stream, context, signal, again));
    case 'balances':
      return whole(days, context, (own) => balances(own, signal));
    case 'reconciliation':
      return reconcileDays(request, context);
    default:
      throw new Error(`Deepgram has no stream of the kind ${stream.kind}.`);
  }
}

/** A partition whose rows come in one answer. */
async function* whole(
  days: ReadRequest['days'],
  context: ReadingContext,
  rows: (own: OwnContext) => Promise<readonly Row[]>,
): AsyncGenerator<PartitionReading> {
  for (const day of days) {
    let unreadable = 0;
    const onUnreadable = () => {
      unreadable += 1;
    };
    const project = day === null ? context.project : context.identity.projectOn(day);
    yield {
      day,
      project,
      batches: once(() => rows({ ...context, project, onUnreadable })),
      unreadable: () => unreadable,
    };
  }
}

/** That of one partition. */
type OwnContext = ReadingContext & AccountContext;

async function balances(context: OwnContext, signal: AbortSignal): Promise<readonly Row[]> {
  const call = projectCall(context.project, 'read the balances', 'billing:read', ['balances']);
  return balanceRows(await context.api.get(call, signal), context);
}

async function* readRequests(
  days: readonly Day[],
  context: ReadingContext,
  signal: AbortSignal,
): AsyncGenerator<PartitionReading> {
  for (const day of days) yield readRequestDay(day, context, signal);
}

/** Runs of neighbouring days, each at most `size` long. */
function chunksOf(days: readonly Day[], size: number): [Day, ...Day[]][] {
  const chunks: [Day, ...Day[]][] = [];
  for (const day of days) {
    const chunk = chunks.at(-1);
    const last = chunk?.at(-1);
    if (chunk && last && chunk.length < size && addDays(last, 1) === day) chunk.push(day);
    else chunks.push([day]);
  }
  return chunks;
}
