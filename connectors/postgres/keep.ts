import { addDays, type Day, dayAt } from '../../src/time/day.js';
import type { Database } from './connection/database.js';
import { lockPartition } from './merge/merge-partition.js';
import { bookkeeping, partitionsTable } from './tables/bookkeeping.js';
import { identifier } from './tables/identifier.js';

const DAY_MS = 86_400_000;

/**
 * Deletes the rows of days that are older than they are to be kept. What is known of the days stays, marked as expired, so
 * that nobody takes them for missing.
 *
 * @returns how many rows were deleted, by stream
 */
export async function deleteExpired(
  database: Database,
  schema: string,
  keep: Readonly<Record<string, number>>,
  nowMs: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const deleted = new Map<string, number>();
  for (const [stream, keepMs] of Object.entries(keep)) {
    const oldest = addDays(dayAt(nowMs), -Math.ceil(keepMs / DAY_MS));
    let rows = 0;
    for (const { projectId, day } of await expiredDays(database, schema, stream, oldest, signal)) {
      rows += await database.transaction(signal, async (transaction) => {
        await lockPartition(transaction, schema, stream, { projectId, day });
        const { count } = await transaction.query(
          `delete from ${identifier(schema, stream)} where project_id = $1 and date = $2`,
          [projectId, day],
        );
        await transaction.query(
          `update ${bookkeeping(schema, partitionsTable)} set expired_at = $4 where stream = $1 and project_id = $2 and date = $3`,
          [stream, projectId, day, new Date(nowMs).toISOString()],
        );
        return count;
      });
    }
    if (rows > 0) deleted.set(stream, rows);
  }
  return deleted;
}

async function expiredDays(
  database: Database,
  schema: string,
  stream: string,
  oldest: Day,
  signal: AbortSignal,
): Promise<readonly { readonly projectId: string; readonly day: Day }[]> {
  return database.transaction(signal, async (transaction) => {
    const { rows } = await transaction.query<{ readonly projectId: string; readonly day: Day }>(
      `select project_id as "projectId", date::text as day from ${bookkeeping(schema, partitionsTable)}
       where stream = $1 and date < $2 and expired_at is null order by date, project_id`,
      [stream, oldest],
    );
    return rows;
  });
}
