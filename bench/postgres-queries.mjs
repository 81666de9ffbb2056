import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { parse } from 'yaml';
import { startStandIn } from '../dist/connectors/stand-ins/deepgram/stand-in.js';
import { grafanaSql } from '../test/readers/grafana-sql.mjs';
import * as column from './columns.mjs';
import { DATABASE } from './programs.mjs';
import { spreadOf } from './statistics.mjs';
import { atMost } from './targets.mjs';

const CLI = fileURLToPath(new URL('../dist/bundle/cli.js', import.meta.url));
const KEY = 'key-of-the-stand-in';
const DAYS = 30;
const PROJECTS = ['Support line', 'Meetings', 'Voice agents'].map((name, at) => ({ id: `p-${at}`, name }));
const DAY_MS = 86_400_000;
const LIMIT_MS = 300;

/**
 * A month of an account of three projects in PostgreSQL, and how long all that Grafana asks takes on it, with every view
 * whole: each query once to warm up, and then by turns.
 */
export async function panelQueries({ requests, rounds, tell }) {
  const folder = await mkdtemp(join(tmpdir(), 'deepgram-export-bench-'));
  try {
    tell(`${requests} requests of ${DAYS} days, for the queries of the dashboard`);
    await fill(folder, requests);
    const queries = [...(await grafanaQueries(folder)), ...(await viewQueries())];
    const runs = new Map(queries.map(({ name }) => [name, []]));
    await eachOf(queries, () => {});
    for (let round = 0; round < rounds; round += 1)
      await eachOf(queries, (name, ms, rows) => runs.get(name).push({ ms, rows }));
    const lines = [...runs].map(([name, some]) => ({ name, runs: some }));
    const slowest = lines.map(({ runs: some }) => took(some)).sort((a, b) => b.median - a.median)[0];
    return {
      targets: [atMost(LIMIT_MS, 'ms', 'the slowest of them', slowest)],
      tables: [column.table(`On ${column.whole(requests)} requests of ${DAYS} days`, COLUMNS, lines)],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const COLUMNS = [
  column.named('query'),
  { head: 'ms', of: ({ runs }) => column.spreadText(took(runs)) },
  { head: 'rows', of: ({ runs }) => column.whole(runs[0].rows) },
];

function took(runs) {
  return spreadOf(runs.map(({ ms }) => ms));
}

async function fill(folder, requests) {
  const account = await startStandIn({
    apiKey: KEY,
    projects: PROJECTS,
    requestsPerDay: Math.ceil(requests / DAYS / PROJECTS.length),
  });
  const job = {
    version: 1,
    source: { type: 'deepgram', api_key: KEY, base_url: account.url },
    window: { since: `${DAYS - 1}d` },
    budget: { daily: 100, monthly: 2_000 },
    sinks: { db: { type: 'postgres', url: DATABASE.url, schema: DATABASE.schema } },
  };
  await writeFile(join(folder, 'job.yaml'), JSON.stringify(job));
  try {
    await program(folder, 'sync', '-c', 'job.yaml', '--quiet');
    await program(folder, 'grafana', 'export', '-c', 'job.yaml', '--out', 'grafana', '--quiet');
  } finally {
    await account.close();
  }
  // As the server does it by itself some time after so many rows.
  await withClient((client) => client.query('vacuum analyze'));
}

/** As they are when the dashboard is opened: its last thirty days, and all values of every variable. */
async function grafanaQueries(folder) {
  const read = (file) => readFile(join(folder, 'grafana', file), 'utf8');
  const { panels, templating } = JSON.parse(await read('dashboards/deepgram.json'));
  const { groups } = parse(await read('alerting/deepgram.yaml'));
  const asked = [
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ rawSql }) => [title, rawSql])),
    ...templating.list
      .filter(({ type }) => type === 'query')
      .map(({ label, query }) => [`the variable ${label}`, query]),
    ...groups.flatMap(({ rules }) =>
      rules.map(({ title, data }) => [`the alarm ${title}`, data[0].model.rawSql]),
    ),
  ];
  const chosen = templating.list.map(({ name, allValue }) => [
    name,
    allValue === undefined ? '' : { all: allValue },
  ]);
  const now = Date.now();
  const range = { from: now - DAYS * DAY_MS, to: now, variables: Object.fromEntries(chosen) };
  // Two panels may have one title, in rows of different names.
  return asked.map(([title, sql], at) => ({
    name: asked.findIndex(([other]) => other === title) === at ? title : `${title} (table)`,
    sql: grafanaSql(sql, range),
  }));
}

async function viewQueries() {
  const { rows } = await withClient((client) =>
    client.query('select viewname from pg_views where schemaname = $1 order by 1', [DATABASE.schema]),
  );
  return rows.map(({ viewname }) => ({
    name: `the view ${viewname}`,
    sql: `select * from "${DATABASE.schema}"."${viewname}"`,
  }));
}

function eachOf(queries, tellOf) {
  return withClient(async (client) => {
    await client.query("set timezone = 'UTC'; set statement_timeout = '60s'");
    for (const { name, sql } of queries) {
      const begin = performance.now();
      const { rowCount } = await client.query(sql);
      tellOf(name, performance.now() - begin, rowCount);
    }
  });
}

async function withClient(use) {
  const client = new pg.Client({ connectionString: DATABASE.url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Beside the account, which is in this process. */
function program(folder, ...argv) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...argv], { cwd: folder, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${argv[0]} ended with ${code}`)),
    );
  });
}
