import type { HeldPartition } from '../../src/catalogue/sink.js';
import type { Day } from '../../src/time/day.js';
import type { Transaction } from './connection/database.js';
import { bookkeeping, partitionsTable } from './tables/bookkeeping.js';
import { identifier } from './tables/identifier.js';
import type { Table } from './tables/table.js';

/**
 * What is there of these partitions. A day counts as held where its rows are as many as were delivered and have the
 * columns that were summed, or where `keep` has deleted them.
 */
export async function holdings(
  transaction: Transaction,
  schema: string,
  table: Table,
  projectId: string,
  days: readonly (Day | null)[],
): Promise<ReadonlyMap<Day | null, HeldPartition>> {
  const held = new Map<Day | null, HeldPartition>();
  const target = identifier(schema, table.name);
  const partitions = bookkeeping(schema, partitionsTable);
  const there = await transaction.query<{ readonly all: boolean }>(
    'select to_regclass($1) is not null and to_regclass($2) is not null as all',
    [target, partitions],
  );
  if (there.rows[0]?.all !== true) return held;
  const dates = days.filter((day) => day !== null);
  const counted = table.isDaily
    ? `select t.date, count(*) as rows from ${target} t where t.project_id = $2 and t.date = any ($3::date[]) group by t.date`
    : `select null::date as date, count(*) as rows from ${target} t where t.project_id = $2`;
  const { rows } = await transaction.query<{
    readonly date: string | null;
    readonly records: string;
    readonly sums: HeldPartition['sums'];
  }>(
    `with counted as (${counted})
     select p.date::text, p.records, p.sums
     from ${partitions} p left join counted c on c.date is not distinct from p.date
     where p.stream = $1 and p.project_id = $2
       and (p.date = any ($3::date[]) or (p.date is null and $4))
       and (p.expired_at is not null or p.records = coalesce(c.rows, 0) and not exists (
         select from jsonb_object_keys(p.sums) summed
         where not exists (select from pg_attribute where attrelid = to_regclass($5) and attname = summed)))`,
    [table.name, projectId, dates, days.includes(null), target],
  );
  for (const { date, records, sums } of rows) held.set(date, { records: Number(records), sums });
  return held;
}
