import type { ClosingReport } from '../../../src/catalogue/sink.js';
import { forEachConcurrent } from '../../../src/deliver/for-each-concurrent.js';
import { ExportError, failureOf } from '../../../src/errors/export-error.js';
import type { Stream } from '../../../src/streams/stream.js';
import { counted } from '../../../src/text/text-table.js';
import { keptPartitions } from './kept-partitions.js';
import { type Published, publishTable } from './publish-table.js';
import { publishedTables } from './published-table.js';
import type { PublishingTools } from './publishing-tools.js';

/** Each waits for its job most of the time. */
const TABLES_AT_ONCE = 4;

/** Brings the data sources of all tables to what is kept. One that fails leaves the others alone. */
export async function publishTables(
  streams: readonly Stream[],
  given: Omit<PublishingTools, 'noteRefused' | 'inTurn'>,
): Promise<ClosingReport> {
  const { folder, signal } = given;
  const refused = new Map<string, number>();
  const noteRefused = (table: string, words: string): void => {
    const what = `${table}: ${words}`;
    refused.set(what, (refused.get(what) ?? 0) + 1);
  };
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  const tools: PublishingTools = { ...given, noteRefused, inTurn };
  const kept = await keptPartitions(folder.root, streams, signal);
  const tables = streams.flatMap((stream) =>
    publishedTables(stream).map((table) => ({ table, partitions: kept.get(stream) ?? [] })),
  );
  const outcomes = new Map<Published, number>();
  const failures: unknown[] = [];
  await forEachConcurrent(TABLES_AT_ONCE, tables, async ({ table, partitions }) => {
    try {
      const outcome = await publishTable(table, partitions, tools);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch (error) {
      if (signal.aborted || isForAll(error)) throw error;
      failures.push(error);
    }
  });
  if (failures.length > 0) throw severalFailed(failures);
  const facts = (['published', 'updated'] as const).flatMap((outcome) => {
    const count = outcomes.get(outcome);
    return count === undefined ? [] : [[`data sources ${outcome}`, count]];
  });
  const notes = [...refused].map(
    ([what, count]) => `${counted(count, 'row')} left out of what is published, ${what}`,
  );
  return { facts: Object.fromEntries(facts), notes };
}

/** True where the other tables would only meet the same. */
function isForAll(error: unknown): boolean {
  const { code, kind } = failureOf(error);
  return kind === 'auth' || kind === 'interrupted' || kind === 'bug' || code === 'SINK_FILES';
}

function severalFailed(failures: readonly unknown[]): unknown {
  const [first] = failures;
  if (failures.length === 1 || !(first instanceof ExportError)) return first;
  const { code, message, kind, hint } = first;
  const others = counted(failures.length - 1, 'other data source');
  return new ExportError(code, `${message} ${others} failed as well.`, { kind, hint, cause: first });
}
