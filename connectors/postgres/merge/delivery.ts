import type { PartitionCheckpoint } from '../../../src/catalogue/partition-checkpoint.js';
import type { ReadingFacts } from '../../../src/deliver/reading-facts.js';
import type { Partition } from '../../../src/streams/partition.js';
import { dayAt } from '../../../src/time/day.js';
import type { Transaction } from '../connection/database.js';
import { derivedFrom } from '../rollup/derived-tables.js';
import { CheckpointWriter } from '../state/checkpoint-writer.js';
import { queryOf } from '../state/state-table.js';
import { bookkeeping, partitionsTable } from '../tables/bookkeeping.js';
import type { Table } from '../tables/table.js';
import { lockPartition, partitionKey, refreshDerived, replacePartition } from './merge-partition.js';
import type { Spool } from './spool.js';

/** A partition that is whole, on its way into its table. */
export interface Delivery {
  readonly partition: Partition;
  readonly table: Table;
  readonly rows: Spool;
  readonly facts: Pick<ReadingFacts, 'records' | 'unsettled' | 'sums'>;
  /** What may be written of it in the state; undefined for nothing. */
  readonly checkpoint: PartitionCheckpoint | undefined;
  /** Aborted where nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** The run that delivers. */
export interface RunStamp {
  readonly run: number;
  readonly startedAtMs: number;
}

/** Delivers partitions, all or none: their rows, that they are there, and last what a state in the same database says of them. */
export async function deliverAll(
  transaction: Transaction,
  schema: string,
  deliveries: readonly Delivery[],
  stamp: RunStamp,
): Promise<void> {
  // In one order everywhere: two that wait for each other's locks would wait for good.
  const inOrder = [...deliveries].sort((one, other) => (lockName(one) < lockName(other) ? -1 : 1));
  for (const { table, partition } of inOrder) {
    await lockPartition(transaction, schema, table.name, partitionKey(partition));
  }
  for (const { table, partition, rows, facts } of inOrder) {
    const key = partitionKey(partition);
    const hasChanged = await replacePartition(transaction, schema, table, key, rows);
    for (const derived of hasChanged ? derivedFrom(table) : []) {
      await refreshDerived(transaction, schema, derived, key);
    }
    await noteDelivery(transaction, schema, partition, facts, stamp);
  }
  const checkpoints = inOrder.flatMap(({ checkpoint }) => checkpoint ?? []);
  for (const writer of new Set(checkpoints.map((checkpoint) => checkpoint.writer)))
    if (writer instanceof CheckpointWriter) await writer.write(queryOf(transaction), checkpoints);
}

async function noteDelivery(
  transaction: Transaction,
  schema: string,
  { stream, project, day }: Partition,
  { records, unsettled, sums }: Delivery['facts'],
  { run, startedAtMs }: RunStamp,
): Promise<void> {
  const settled = unsettled === 0 && (day === null || day < dayAt(startedAtMs));
  await transaction.query(
    `insert into ${bookkeeping(schema, partitionsTable)}
       (stream, project_id, date, records, unsettled, sums, settled, read_at, run, expired_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, null)
     on conflict ${partitionsTable.unique} do update set (records, unsettled, sums, settled, read_at, run, expired_at)
       = (excluded.records, excluded.unsettled, excluded.sums, excluded.settled, excluded.read_at, excluded.run, null)`,
    [
      stream.name,
      project.id,
      day,
      records,
      unsettled,
      JSON.stringify(sums),
      settled,
      new Date(startedAtMs).toISOString(),
      run,
    ],
  );
}

function lockName({ table, partition: { project, day } }: Delivery): string {
  return JSON.stringify([table.name, project.id, day]);
}
