import type { Row } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { Day } from '../../../src/time/day.js';
import { requests } from '../../deepgram/streams/requests.js';
import { Database, type Transaction } from '../../postgres/connection/database.js';
import type { PostgresSettings } from '../../postgres/postgres-settings.js';
import { requestsByDay } from '../../postgres/rollup/requests-by-day.js';
import { bookkeeping, partitionsTable } from '../../postgres/tables/bookkeeping.js';
import { identifier } from '../../postgres/tables/identifier.js';
import { daysOf, type Month } from '../../report/account/calendar.js';
import { groupedTotals } from '../../report/totals/grouped-totals.js';
import { GroupSums } from '../../report/totals/largest.js';
import { inParts, NANO } from '../../report/totals/measure-parts.js';
import { isAboutMoney } from './about-money.js';
import type { SpendingEntry, SpendingStore } from './spending-store.js';
import type { StoreContext } from './store-context.js';

/** What the tables of a `postgres` sink add up to. */
export function postgresSpending(settings: PostgresSettings, context: StoreContext): SpendingStore {
  const { schema } = settings;
  const { sink } = context;
  const database = new Database(settings, { ...context, name: sink.name });
  const streams = sink.streams.filter(isAboutMoney);
  const names = streams.map(({ name }) => name);
  const ask = <Found extends object>(signal: AbortSignal, sql: string, values: readonly unknown[]) =>
    database.transaction(signal, async (transaction) => {
      if (!(await isThere(transaction, schema))) return [];
      return (await transaction.query<Found>(sql, values)).rows;
    });
  const partitions = bookkeeping(schema, partitionsTable);
  return {
    name: `the tables of ${sink.name} (${database.where}, schema ${schema})`,
    months: async (signal) => {
      const rows = await ask<{ readonly month: Month }>(
        signal,
        `select distinct to_char(date, 'YYYY-MM') as month from ${partitions}
         where stream = any ($1) and date is not null order by 1`,
        [names],
      );
      return rows.map(({ month }) => month);
    },
    newestDay: async (month, until, signal) => {
      const [found] = await ask<{ readonly day: Day | null }>(
        signal,
        `select max(date)::text as day from ${partitions} where stream = any ($1) and date between $2 and $3`,
        [names, `${month}-01`, until],
      );
      return found?.day ?? undefined;
    },
    entries: async function* (month, wanted, signal) {
      const entries = await database.transaction(signal, async (transaction) => {
        const found: SpendingEntry[] = [];
        for (const stream of streams.filter(wanted)) {
          found.push(...(await entriesOf(transaction, schema, stream, month)));
        }
        return found;
      });
      const byProject = new Map<string, SpendingEntry[]>();
      for (const entry of entries) {
        const ofProject = byProject.get(entry.project_id) ?? [];
        byProject.set(entry.project_id, ofProject);
        ofProject.push(entry);
      }
      yield* byProject.values();
    },
    close: () => database.end(),
  };
}

async function isThere(transaction: Transaction, schema: string): Promise<boolean> {
  const { rows } = await transaction.query<{ readonly there: boolean }>(
    'select to_regclass($1) is not null as there',
    [bookkeeping(schema, partitionsTable)],
  );
  return rows[0]?.there === true;
}

/** A partition, and its rows as they are added up. */
interface Held {
  readonly project_id: string;
  readonly day: Day;
  readonly read_at: number;
}

/** Of each partition of a month. Bills whose rows `keep` has deleted are not there; requests are still counted. */
async function entriesOf(
  transaction: Transaction,
  schema: string,
  stream: Stream,
  month: Month,
): Promise<readonly SpendingEntry[]> {
  const isLog = stream.kind === requests.kind;
  const span = [`${month}-01`, daysOf(month).at(-1)];
  const held = await transaction.query<Held>(
    `select project_id, date::text as day, (extract(epoch from read_at) * 1000)::float8 as read_at
     from ${bookkeeping(schema, partitionsTable)}
     where stream = $1 and date between $2 and $3 ${isLog ? '' : 'and expired_at is null'} order by project_id, date`,
    [stream.name, ...span],
  );
  if (held.rows.length === 0) return [];
  const table = identifier(schema, isLog ? requestsByDay.name : stream.name);
  const { rows } = await transaction.query<Row>(
    `select ${isLog ? MODELS : columnsOf(stream)} from ${table} t
     where t.date between $1 and $2 ${isLog ? 'group by t.project_id, t.date, t.model' : ''}`,
    span,
  );
  const byDay = new Map<string, Row[]>();
  for (const row of rows) {
    const place = `${row.date} ${row.project_id}`;
    const ofDay = byDay.get(place) ?? [];
    byDay.set(place, ofDay);
    ofDay.push(row);
  }
  return held.rows.map(({ project_id, day, read_at }) => {
    const ofDay = byDay.get(`${day} ${project_id}`) ?? [];
    const called = ofDay[0]?.project_name;
    return {
      kind: stream.kind,
      groupings: stream.groupings,
      day,
      project_id,
      project_name: typeof called === 'string' ? called : null,
      delivered_at: read_at,
      ...(isLog ? { requests: { models: modelsOf(ofDay) } } : { grouped: groupedOf(stream, ofDay) }),
    };
  });
}

/** The fields of a stream as its records have them: days as text, dollars as numbers. */
function columnsOf({ fields }: Stream): string {
  return fields
    .map(({ name, type, unit }) => {
      const column = `t.${identifier(name)}`;
      if (type === 'date') return `${column}::text as ${identifier(name)}`;
      return unit === 'dollar' ? `${column}::float8 as ${identifier(name)}` : column;
    })
    .join(', ');
}

/** Whole billionths, so that they are exact. */
const MODELS = `t.project_id, t.date::text as date, max(t.project_name) as project_name, t.model,
  coalesce(round(sum(t.cost_usd) * ${NANO}), 0)::float8 as nano, sum(t.requests)::float8 as requests,
  coalesce(sum(t.requests) filter (where t.status = 'error'), 0)::float8 as errors`;

function modelsOf(rows: readonly Row[]) {
  const models = new GroupSums<string | null>(3);
  for (const row of rows) {
    const model = typeof row.model === 'string' ? row.model : null;
    const { sums } = models.of(model ?? '', () => model);
    for (const [at, name] of ['nano', 'requests', 'errors'].entries()) sums[at] = inParts(row[name], 1);
  }
  return models.largest();
}

function groupedOf(stream: Stream, rows: readonly Row[]) {
  const totals = groupedTotals(stream);
  for (const row of rows) totals.add(row);
  return totals.totals();
}
