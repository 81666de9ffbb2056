import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startAccount } from './account.mjs';
import * as column from './columns.mjs';
import { panelQueries } from './postgres-queries.mjs';
import { DATABASE, sync } from './programs.mjs';
import { runIn, runProgram } from './run-program.mjs';
import { spreadBy, spreadOfPairs } from './statistics.mjs';
import { atMost } from './targets.mjs';

const SIZES = {
  full: { requests: 200_000, rounds: 3, large: 1_000_000 },
  quick: { requests: 5_000, rounds: 1, large: 20_000 },
};
const files = sync(['ndjson', 'tableau']);
const database = { ...sync(['postgres']), outputs: {} };

/**
 * A busy day into PostgreSQL, against the same into files; a larger one; and that once more, unchanged. Then what Grafana
 * asks of a month.
 */
export async function postgres({ quick, only, tell }) {
  if (DATABASE.url === '')
    throw new Error(`DATABASE_URL names a database whose schema ${DATABASE.schema} may be dropped`);
  const { requests, rounds, large } = quick ? SIZES.quick : SIZES.full;
  const versions = [(await query('select version()')).rows[0].version];
  const loaded = only === 'queries' ? NOTHING : await loading({ requests, rounds, large, tell });
  await query(`drop schema if exists ${DATABASE.schema} cascade`);
  const asked = only === 'loading' ? NOTHING : await panelQueries({ requests: large, rounds: 5, tell });
  await query(`drop schema if exists ${DATABASE.schema} cascade`);
  return {
    versions,
    targets: [...loaded.targets, ...asked.targets],
    tables: [...loaded.tables, ...asked.tables],
  };
}

const NOTHING = { targets: [], tables: [] };

async function loading({ requests, rounds, large, tell }) {
  const runs = await busyDay(requests, rounds, tell);
  const { first, again, written } = await largeDay(large, tell);
  const ratio = spreadOfPairs(
    runs.get(database),
    runs.get(files),
    (run, other) => run.seconds / other.seconds,
  );
  const whole = (count) => ({ median: count, min: count, max: count });
  return {
    targets: [
      atMost(1.6, '×', `${requests} requests, of the time of NDJSON and CSV together`, ratio),
      atMost(300, 'MB', `memory of ${large} requests`, spreadBy([first], column.peakMegabytes)),
      atMost(0, 'rows', 'written by a second run over unchanged days', whole(written)),
    ],
    tables: [
      column.table(`A day of ${column.whole(requests)} requests`, COLUMNS, [
        ...[...runs].map(([{ name }, some]) => ({ name, requests, runs: some })),
      ]),
      column.table('A larger day', COLUMNS, [
        { name: `${column.whole(large)}, the first time`, requests: large, runs: [first] },
        { name: `${column.whole(large)}, unchanged`, requests: large, runs: [again] },
      ]),
    ],
  };
}

const COLUMNS = [column.named('program'), column.wall, column.cpu, column.memory, column.requestsASecond];

async function busyDay(requests, rounds, tell) {
  const account = await startAccount(requests);
  const runs = new Map([files, database].map((program) => [program, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [program, some] of runs) {
      tell(`${requests} requests, round ${round + 1} of ${rounds}: ${program.name}`);
      await query(`drop schema if exists ${DATABASE.schema} cascade`);
      some.push(await runProgram(program, account));
      if (program === database) await compareWith(account);
    }
  }
  await account.close();
  return runs;
}

async function largeDay(large, tell) {
  const account = await startAccount(large);
  await query(`drop schema if exists ${DATABASE.schema} cascade`);
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-bench-'));
  tell(`${large} requests, twice`);
  const first = await runIn(folder, database, account);
  await compareWith(account);
  const before = await writtenRows();
  // Without its state: the day is read and merged once more.
  await rm(join(folder, '.deepgram-export'), { recursive: true });
  const again = await runIn(folder, database, account);
  const written = (await writtenRows()) - before;
  await account.close();
  await rm(folder, { recursive: true });
  return { first, again, written };
}

/** Nobody wins by doing less. */
async function compareWith(account) {
  const { rows } = await query(
    `select count(distinct request_id)::int as requests, round(sum(cost_usd) * 1e9)::text as nanodollars
     from ${DATABASE.schema}.requests`,
  );
  const [{ requests, nanodollars }] = rows;
  if (requests !== account.requests || Math.abs(Number(nanodollars) - account.nanodollars) > 1)
    throw new Error(
      `PostgreSQL has ${requests} requests for ${nanodollars}, the account ${account.requests} for ${account.nanodollars}`,
    );
}

/** Rows of the tables of data that were ever written. */
async function writtenRows() {
  // What a connection has counted is known a second after its end at the latest.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const { rows } = await query(
    `select sum(n_tup_ins + n_tup_upd + n_tup_del)::int as written from pg_stat_user_tables
     where schemaname = '${DATABASE.schema}' and relname not like '\\_%'`,
  );
  return rows[0].written;
}

export async function query(text) {
  const client = new pg.Client({ connectionString: DATABASE.url });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}
