import type { PartitionReading, ReadRequest, Share } from '../../src/catalogue/source.js';
import type { Row } from '../../src/streams/field.js';
import type { Stream } from '../../src/streams/stream.js';
import { addDays, type Day } from '../../src/time/day.js';
import {
  type AccountContext,
  apiKeyRows,
  balanceRows,
  modelRows,
  purchaseRows,
} from './account/account-rows.js';
import { calledAs, projectCall } from './api/deepgram-api.js';
import { DAYS_A_CALL } from './daily/daily-calls.js';
import { readDays } from './daily/read-days.js';
import { once, type ReadingContext } from './reading-context.js';
import { readRequestDay } from './requests/request-day.js';

/** Cuts days that are wanted of a stream into those that one reading serves. */
export function divideDays(
  { kind, partitionedBy }: Stream,
  days: readonly Day[],
  today: Day,
): readonly Share[] {
  if (partitionedBy === 'snapshot') return [{ days: [null], calls: kind === 'projects' ? 0 : 1 }];
  if (kind === 'balances') return days.includes(today) ? [{ days: [today], calls: 1 }] : [];
  return chunksOf(days, kind === 'requests' ? 1 : DAYS_A_CALL).map((chunk) => ({ days: chunk, calls: 1 }));
}

/** Reads the days of one {@link Share}. */
export function readTask(
  { stream, days }: ReadRequest,
  context: ReadingContext,
  signal: AbortSignal,
): AsyncIterable<PartitionReading> {
  switch (stream.kind) {
    case 'requests':
      return readRequests(days, context, signal);
    case 'usage':
    case 'billing':
      return readDays(
        days.filter((day) => day !== null),
        stream,
        context,
        signal,
      );
    case 'balances':
      return whole(days, context, (own) => balances(own, signal));
    case 'purchases':
      return whole(days, context, (own) => purchases(own, signal));
    case 'projects':
      return whole(days, context, async ({ project }) => [{ project_id: project.id, name: project.name }]);
    case 'api_keys': {
      const includeEmails = stream.fields.some((field) => field.name === 'member_email');
      return whole(days, context, async (own) =>
        apiKeyRows(await context.directory.keys(signal), own, includeEmails),
      );
    }
    case 'models':
      return whole(days, context, async (own) => modelRows(await context.directory.models(signal), own));
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
    yield {
      day,
      batches: once(() => rows({ ...context, onUnreadable })),
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

async function purchases(context: OwnContext, signal: AbortSignal): Promise<readonly Row[]> {
  const { api, project, findings } = context;
  return api.pageSize.ask(async (limit, slowAttempts) => {
    const call = projectCall(project, 'read the purchases', 'billing:read', ['purchases'], { limit });
    const rows = purchaseRows(await api.get({ ...call, slowAttempts }, signal), context);
    if (rows.length >= limit)
      findings.warn(`${calledAs(project)} has ${limit} purchases or more; Deepgram gives no more than that.`);
    return rows;
  });
}

async function* readRequests(
  days: ReadRequest['days'],
  context: ReadingContext,
  signal: AbortSignal,
): AsyncGenerator<PartitionReading> {
  for (const day of days) if (day !== null) yield readRequestDay(day, context, signal);
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
