import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

/** The one that the tests start theirs with. */
const SERVER = fileURLToPath(new URL('../connectors/postgres/postgres-server.ts', import.meta.url));

let module;

/** A new database of a server of our own, which ends with this process; undefined where PostgreSQL is not installed. */
async function newDatabase() {
  module ??= loadServer();
  const { hasPostgres, postgresServer } = await module;
  if (!hasPostgres) return undefined;
  return (await postgresServer()).database();
}

async function loadServer() {
  const bundle = await rolldown({ input: SERVER, platform: 'node', logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  const file = join(await mkdtemp(join(tmpdir(), 'faults-postgres-')), 'server.mjs');
  await writeFile(file, output[0].code);
  return import(pathToFileURL(file).href);
}

/** A state in a schema of its own, and what it says. */
export function stateIn(database, schema) {
  const rows = (kind) =>
    database.sql(`select name, value from ${schema}._state where kind = '${kind}'`).catch((error) => {
      if (error.code === '3F000' || error.code === '42P01') return []; // none yet
      throw error;
    });
  return {
    setting: `{ type: postgres, url: '${database.url}', schema: ${schema} }`,
    /** By stream and project, what is said of each sink. */
    days: async () => {
      const found = (await rows('checkpoints')).filter(({ name }) => name !== '[]');
      return found.map(({ name, value }) => [JSON.parse(name).slice(1).join('/'), JSON.parse(value)]);
    },
    /** The process that said last that it has the lock. */
    holder: async () => JSON.parse((await rows('lock'))[0]?.value ?? '{}').pid,
  };
}

/** A sink in a schema of the database. */
export function sinkInto(database, schema) {
  return `  database: { type: postgres, url: '${database.url}', schema: ${schema} }\n`;
}

/** Transactions of the sink that have written something and are under way. */
export async function mergesIn(database) {
  const rows = await database.sql(
    `select backend_xid::text as merge from pg_stat_activity
     where application_name = 'deepgram-export' and datname = current_database() and backend_xid is not null`,
  );
  return rows.map(({ merge }) => merge);
}

/** A day whose requests, or what is made of them, are not as many as it is said to have; undefined where there is none. */
export async function firstHalfDay(database, schema) {
  const [{ there }] = await database.sql(`select to_regclass('${schema}._partitions') is not null as there`);
  if (!there) return undefined;
  const [half] = await database.sql(
    `select concat(project_id, ' ', date) as day
     from (select project_id, date, records from ${schema}._partitions where stream = 'requests') said
     full join (select project_id, date, count(*) as rows from ${schema}.requests group by 1, 2) there using (project_id, date)
     full join (select project_id, date, sum(requests) as counted from ${schema}.requests_by_day group by 1, 2) made
       using (project_id, date)
     where coalesce(records, 0) <> coalesce(rows, 0) or coalesce(rows, 0) <> coalesce(counted, 0)
     limit 1`,
  );
  return half?.day;
}

/** A digest of all rows of each table, but for when they were read. Runs are others. */
export async function contentsOf(database, schema) {
  const tables = await database.sql(
    `select relname as name from pg_class where relnamespace = '${schema}'::regnamespace and relkind = 'r'
     and relname <> '_runs' order by 1`,
  );
  const digests = {};
  for (const { name } of tables) {
    const [{ digest }] = await database.sql(
      `select concat(count(*), ' ', md5(string_agg(row, '' order by row))) as digest
       from (select (to_jsonb(t) - 'read_at' - 'run' - 'views')::text as row from ${schema}."${name}" t) rows`,
    );
    digests[name] = digest;
  }
  return digests;
}

export async function advisoryLocks(database) {
  const [{ count }] = await database.sql("select count(*) from pg_locks where locktype = 'advisory'");
  return Number(count);
}

/** Does something with a new database. */
export async function withDatabase(use) {
  const database = await newDatabase();
  if (database === undefined) return { skipped: 'PostgreSQL is not installed' };
  try {
    return await use(database);
  } finally {
    await database.drop();
  }
}
