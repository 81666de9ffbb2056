import type { PartitionReading, Reading } from '../../src/catalogue/source.js';
import type { Row } from '../../src/streams/field.js';
import type { Partition } from '../../src/streams/partition.js';
import type { Stream } from '../../src/streams/stream.js';
import { addDays, type Day, dayAt, startOfDay } from '../../src/time/day.js';
import { apiKeyRows, balanceRows, modelRows, purchaseRows } from './account/account-rows.js';
import { dailyParts } from './daily/read-days.js';
import { once, pathOf, type ReadingContext, saying } from './reading-context.js';
import { readRequestDay } from './requests/request-day.js';

/** Days of usage or billing that one call asks for: bounds the size of an answer. */
const DAYS_A_CALL = 31;
/** Orders that one call can give; there is no second page. */
const MOST_ORDERS = 1_000;

/** Cuts what is wanted of one stream and project into readings. */
export function planReadings(
  stream: Stream,
  context: ReadingContext,
  days: readonly Day[],
): readonly Reading[] {
  const partition = (day: Day | null): Partition => ({
    stream,
    project: context.project,
    day,
  });
  const plan = (partitions: readonly Partition[], calls: number, open: Open): Reading[] => {
    const [first, ...rest] = partitions;
    if (!first) return [];
    return [{ partitions: [first, ...rest], calls, open: (signal) => open(partitions, signal) }];
  };
  const snapshot = (calls: number, rows: RowsOf) => plan([partition(null)], calls, whole(rows));

  switch (stream.kind) {
    case 'requests':
      return days.flatMap((day) =>
        plan([partition(day)], 1, (parts, signal) => requestParts(parts, context, signal)),
      );
    case 'usage':
    case 'billing':
      return chunksOf(days, DAYS_A_CALL).flatMap((chunk) =>
        plan(chunk.map(partition), 1, (parts, signal) => dailyParts(parts, stream, context, signal)),
      );
    case 'balances': {
      const today = days.filter((day) => day === dayAt(context.now));
      return plan(
        today.map(partition),
        1,
        whole((signal) => balances(context, signal)),
      );
    }
    case 'purchases':
      return snapshot(1, (signal) => purchases(context, signal));
    case 'projects':
      return snapshot(0, async () => [{ project_id: context.project.id, name: context.project.name }]);
    case 'api_keys': {
      const includeEmails = stream.fields.some((field) => field.name === 'member_email');
      return snapshot(1, async (signal) =>
        apiKeyRows(await context.directory.keys(signal), context, includeEmails),
      );
    }
    case 'models':
      return snapshot(1, async (signal) => modelRows(await context.directory.models(signal), context));
    default:
      throw new Error(`${stream.kind} is no kind of stream that Deepgram has`);
  }
}

type Open = (partitions: readonly Partition[], signal: AbortSignal) => AsyncIterable<PartitionReading>;
type RowsOf = (signal: AbortSignal) => Promise<readonly Row[]>;

/** A reading of one partition whose rows come in one answer. */
function whole(rows: RowsOf): Open {
  return async function* (partitions, signal) {
    for (const partition of partitions) yield { partition, batches: once(() => rows(signal)) };
  };
}

async function balances(context: ReadingContext, signal: AbortSignal): Promise<readonly Row[]> {
  const call = {
    path: pathOf(context, 'balances'),
    what: saying('read the balances', context),
    scope: 'billing:read',
  } as const;
  return balanceRows(await context.api.get(call, signal), context);
}

async function purchases(context: ReadingContext, signal: AbortSignal): Promise<readonly Row[]> {
  const what = saying('read the purchases', context);
  const parameters = { limit: MOST_ORDERS };
  const call = { path: pathOf(context, 'purchases'), parameters, what, scope: 'billing:read' } as const;
  const rows = purchaseRows(await context.api.get(call, signal), context);
  if (rows.length >= MOST_ORDERS) {
    context.findings.warn(
      `${context.project.name ?? context.project.id} has ${MOST_ORDERS} purchases or more; Deepgram gives no more than that.`,
    );
  }
  return rows;
}

async function* requestParts(
  partitions: readonly Partition[],
  context: ReadingContext,
  signal: AbortSignal,
): AsyncGenerator<PartitionReading> {
  for (const partition of partitions) {
    if (partition.day !== null) yield { partition, batches: requestBatches(partition.day, context, signal) };
  }
}

async function* requestBatches(
  day: Day,
  context: ReadingContext,
  signal: AbortSignal,
): AsyncGenerator<readonly Row[]> {
  const named = context.directory
    .names({ models: true, apiKeys: true }, signal)
    .then((names) => ({ ...context, names }));
  named.catch(() => {}); // thrown by the slice that needs it
  const from = startOfDay(day) / 1_000;
  // Today ends now, and now is fixed for the run: a range that grows while it is paged would never be read whole.
  const until = Math.min(from + 86_400, Math.floor(context.now / 1_000));
  const reader = { api: context.api, project: context.project, context: named };
  yield* readRequestDay(reader, { from, until }, context.ahead, signal);
}

/** Runs of neighbouring days, each at most `size` long. */
function chunksOf(days: readonly Day[], size: number): Day[][] {
  const chunks: Day[][] = [];
  for (const day of days) {
    const chunk = chunks.at(-1);
    const last = chunk?.at(-1);
    if (chunk && last && chunk.length < size && addDays(last, 1) === day) chunk.push(day);
    else chunks.push([day]);
  }
  return chunks;
}
