import type { RunSoFar } from '../../src/catalogue/sink.js';
import type { Transaction } from './connection/database.js';
import type { RunStamp } from './merge/delivery.js';
import { bookkeeping, runsTable } from './tables/bookkeeping.js';

/** What a run came to, as far as a sink is told. */
export interface FinishedRun extends RunSoFar, RunStamp {
  readonly rejected: number;
  readonly finishedAtMs: number;
}

/** Writes down that a run came to its end: what panels and alarms on freshness look at. */
export async function noteRun(transaction: Transaction, schema: string, run: FinishedRun): Promise<void> {
  await transaction.query(
    `insert into ${bookkeeping(schema, runsTable)}
       (run, started_at, finished_at, records, partitions, failed_partitions, rejected, calls, retries)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      run.run,
      new Date(run.startedAtMs).toISOString(),
      new Date(run.finishedAtMs).toISOString(),
      run.records,
      run.partitions,
      run.failedPartitions,
      run.rejected,
      run.calls,
      run.retries,
    ],
  );
}
