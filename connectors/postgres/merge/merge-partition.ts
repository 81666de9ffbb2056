import type { Partition } from '../../../src/streams/partition.js';
import type { Transaction } from '../connection/database.js';
import type { DerivedTable } from '../rollup/derived-table.js';
import { identifier } from '../tables/identifier.js';
import { hasUniqueKey, isOfPartition, isSameRecord, type Table } from '../tables/table.js';
import type { Spool } from './spool.js';

/**
 * Puts these rows in place of those that a partition has, and touches none that is as it was: a day that is written again
 * and again does not make its table grow. Nobody else may write the partition meanwhile: {@link lockPartition}.
 *
 * @returns false where all was as it is
 */
export async function replacePartition(
  transaction: Transaction,
  schema: string,
  table: Table,
  partition: PartitionKey,
  rows: Spool,
): Promise<boolean> {
  const target = identifier(schema, table.name);
  const columns = columnList(table);
  const values = partitionValues(table, partition);
  const { rows: there } = await transaction.query(
    `select 1 from ${target} t where ${isOfPartition(table, 't')} limit 1`,
    values,
  );
  if (there.length === 0) {
    await transaction.copyIn(`copy ${target} (${columns}) from stdin`, rows.read());
    return rows.length > 0;
  }
  const stage = await makeStage(transaction, schema, table);
  await transaction.copyIn(`copy ${stage} (${columns}) from stdin`, rows.read());
  return mergeStage(transaction, schema, table, partition);
}

export type PartitionKey = { readonly projectId: string; readonly day: string | null };

export function partitionKey({ project, day }: Pick<Partition, 'project' | 'day'>): PartitionKey {
  return { projectId: project.id, day };
}

/** Until the end of the transaction: whoever else writes the partition waits. */
export async function lockPartition(
  transaction: Transaction,
  schema: string,
  stream: string,
  { projectId, day }: PartitionKey,
): Promise<void> {
  await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    JSON.stringify(['deepgram-export', schema, stream, projectId, day]),
  ]);
}

/** An empty table with the columns of another one, which only this connection sees. */
async function makeStage(transaction: Transaction, schema: string, table: Table): Promise<string> {
  const stage = stageOf(table);
  await transaction.query(
    `create temporary table if not exists ${identifier(table.name)} on commit drop as
       select ${columnList(table)} from ${identifier(schema, table.name)} with no data`,
  );
  // Another partition may have been there before. And nothing is known yet of how many rows are here, and in a young table
  // of how many are there: taken for one, they would be compared each with each.
  await transaction.query(`truncate ${stage}; set local enable_nestloop = off; set local work_mem = '64MB'`);
  return stage;
}

/** Brings a partition of a derived table to what its table has now. The partition of that is locked. */
export async function refreshDerived(
  transaction: Transaction,
  schema: string,
  table: DerivedTable,
  partition: PartitionKey,
): Promise<void> {
  const stage = await makeStage(transaction, schema, table);
  const where = isOfPartition(table, 't');
  await transaction.query(
    `insert into ${stage} (${columnList(table)}) ${table.select(schema, where)}`,
    partitionValues(table, partition),
  );
  await mergeStage(transaction, schema, table, partition);
}

/** Brings a partition to what is in the stage; false where it was so. */
async function mergeStage(
  transaction: Transaction,
  schema: string,
  table: Table,
  partition: PartitionKey,
): Promise<boolean> {
  const target = identifier(schema, table.name);
  const names = table.columns.map(({ name }) => identifier(name));
  const listed = (alias: string) => names.map((name) => `${alias}.${name}`).join(', ');
  const values = partitionValues(table, partition);
  // Rows that nothing tells apart are paired one by one.
  const nth = hasUniqueKey(table)
    ? '1'
    : `row_number() over (partition by ${table.key.map(({ name }) => identifier(name)).join(', ')})`;
  const both = `
    with there as (select t.ctid as place, t.*, ${nth} as nth from ${target} t where ${isOfPartition(table, 't')}),
      here as (select s.*, ${nth} as nth from ${stageOf(table)} s)`;
  const isSame = `${isSameRecord(table, 'there', 'here')} and there.nth = here.nth`;
  const gone = await transaction.query(
    `${both} delete from ${target} gone using there
       where gone.ctid = there.place and not exists (select 1 from here where ${isSame})`,
    values,
  );
  const changed = await transaction.query(
    `${both} update ${target} changed
       set ${names.map((name) => `${name} = here.${name}`).join(', ')}
       from there join here on ${isSame}
       where changed.ctid = there.place and (${listed('there')}) is distinct from (${listed('here')})`,
    values,
  );
  const added = await transaction.query(
    `${both} insert into ${target} (${names.join(', ')})
       select ${listed('here')} from here where not exists (select 1 from there where ${isSame})`,
    values,
  );
  return gone.count + changed.count + added.count > 0;
}

/** Of the statements that have {@link isOfPartition} in them. */
function partitionValues({ isDaily }: Table, { projectId, day }: PartitionKey): readonly unknown[] {
  return isDaily ? [projectId, day] : [projectId];
}

function stageOf(table: Table): string {
  return identifier('pg_temp', table.name);
}

function columnList({ columns }: Table): string {
  return columns.map(({ name }) => identifier(name)).join(', ');
}
