/**
 * Parquet files as engines that nobody here wrote read them: DuckDB, by the views beside the files, and Tableau's own. Each
 * value of each record is held against the lines that the same run wrote, and sums of dollars to the last digit.
 *
 *     npm run test:readers
 *
 * Both are found in the folder that READERS names, as `@duckdb/node-api` and `hyperdb-mcp-linux-x64-gnu`.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStandIn } from '../../dist/connectors/stand-ins/deepgram/stand-in.js';
import { startHyperd } from './hyperd.mjs';

const CLI = fileURLToPath(new URL('../../dist/bundle/cli.js', import.meta.url));
const KEY = 'reader-key';
const EMPTY_DAY = dayBefore(2);
const PROJECTS = [
  { id: 'p-1', name: 'Support line' },
  { id: 'p.2', name: '«Ünïcödé» 語, "quoted"' },
];

/** How a value of a line is shown, so that it can be compared. */
const SHOWN = {
  list: JSON.stringify,
  dollars: (value) => value.toFixed(9),
  FLOAT: (value) => value.toPrecision(15), // as many digits as Tableau's engine shows
  TIMESTAMP: (value) => String(Date.parse(`${value.slice(0, 19)}Z`) * 1000 + Number(value.slice(20, 26))),
};
/** How a value is then shown that an engine gave as text. */
const READ = {
  FLOAT: (text) => Number(text).toPrecision(15),
  list: (text) => JSON.stringify(JSON.parse(text)),
};

/** What each kind is for DuckDB and for Tableau's engine, by the table of types of the sink's page. */
const PAGE = readFileSync(new URL('../../docs/sinks/parquet.md', import.meta.url), 'utf8');
const ON_PAGE = {
  ...{ STRING: 'text', INTEGER: 'whole number', FLOAT: 'real', dollars: 'dollars' },
  ...{ BOOLEAN: 'flag', DATE: 'day', TIMESTAMP: 'time', list: 'list of texts' },
};
const TYPES = new Map(
  Object.entries(ON_PAGE).map(([kind, words]) => {
    const cells = PAGE.match(new RegExp(`^\\| ${words} \\|.*$`, 'm'))[0].split('|');
    return [
      kind,
      { duckdb: cells[3].replaceAll('`', '').trim(), hyperd: cells[6].replaceAll('`', '').trim() },
    ];
  }),
);

const work = mkdtempSync(join(tmpdir(), 'deepgram-export-parquet-'));
const duckdb = await openDuckdb();
const hyperd = await startHyperd();
try {
  for (const compression of duckdb || hyperd ? ['gzip', 'snappy'] : []) {
    const folder = await exported(join(work, compression), compression);
    const streams = streamsIn(join(folder, 'lines'));
    const said = (name) =>
      process.stdout.write(
        `${name}, Parquet with ${compression}: ${streams.length} streams as in their lines\n`,
      );
    assert.ok(streams.length > 10);
    if (hyperd) await checkHyperd(await hyperd.connect(), join(folder, 'columns'), streams);
    if (hyperd) said('Tableau’s engine');
    if (duckdb) await checkDuckdb(duckdb, join(folder, 'columns'), streams);
    if (duckdb) said('DuckDB');
  }
} finally {
  await hyperd?.close();
  rmSync(work, { recursive: true, force: true });
}

/** What a run of all streams leaves, as lines and as columns. */
async function exported(folder, compression) {
  const requestsPerDay = (_project, day) => (day === EMPTY_DAY ? 0 : 200);
  const deepgram = await startStandIn({ apiKey: KEY, projects: PROJECTS, requestsPerDay });
  try {
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'job.yaml'),
      `version: 1
source: { type: deepgram, api_key: ${KEY}, base_url: "${deepgram.url}" }
streams: { api_keys: { details: true, include_emails: true }, members: {} }
window: { since: 3d }
sinks:
  lines: { type: ndjson, path: lines }
  columns: { type: parquet, path: columns, compression: ${compression} }
`,
    );
    const child = spawn(process.execPath, [CLI, 'sync', '-c', 'job.yaml', '--quiet'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const code = await new Promise((done) => child.once('exit', done));
    if (code !== 0) throw new Error(`sync ended with ${code}`);
  } finally {
    await deepgram.close();
  }
  return folder;
}

/** Each stream with its columns, as the archive says them, and its records. */
function streamsIn(archive) {
  const schemas = readdirSync(join(archive, '_schema')).filter((file) => file.endsWith('.bigquery.json'));
  return schemas.map((file) => {
    const name = basename(file, '.bigquery.json');
    const schema = JSON.parse(readFileSync(join(archive, '_schema', file), 'utf8'));
    const columns = schema.map((column) => ({ ...column, kind: kindOf(column) }));
    const lines = filesBelow(join(archive, name)).flatMap((path) =>
      readFileSync(path, 'utf8').split('\n').slice(0, -1),
    );
    const records = lines.map((line) => JSON.parse(line));
    return { name, columns, records };
  });
}

function kindOf({ name, type, mode }) {
  if (mode === 'REPEATED') return 'list';
  if (type === 'FLOAT' && name.endsWith('_usd')) return 'dollars';
  return type;
}

/** @param found rows of texts by the names of their columns */
function assertSame(what, found, { columns, records }) {
  const given = columns.filter(({ name }) => found.length === 0 || name in found[0]);
  const show = (rows, forms) =>
    rows
      .map((row) =>
        given.map(({ name, kind }) => (row[name] === null ? null : (forms[kind] ?? String)(row[name]))),
      )
      .map((values) => JSON.stringify(values))
      .sort();
  assert.equal(found.length, records.length, `${what}: records`);
  assert.deepEqual(show(found, READ), show(records, SHOWN), what);
}

/** All dollars of a column, to the last digit. */
function dollarsOf(records, name) {
  const billionths = records.flatMap((record) =>
    record[name] === null ? [] : [BigInt(record[name].toFixed(9).replace('.', ''))],
  );
  const sum = billionths.reduce((one, other) => one + other, 0n);
  const digits = String(sum).padStart(10, '0');
  return billionths.length === 0 ? null : `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

async function openDuckdb() {
  const own = createRequire(join(resolve(process.env.READERS ?? '.'), 'package.json'));
  let library;
  try {
    library = own('@duckdb/node-api');
  } catch {
    process.stdout.write('skipped: DuckDB; @duckdb/node-api is not in the folder that READERS names\n');
    return undefined;
  }
  const instance = await library.DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  return async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
}

async function checkDuckdb(ask, folder, streams) {
  const home = process.cwd();
  process.chdir(folder);
  try {
    for (const stream of streams) await checkView(ask, stream);
    for (const [, sql] of PAGE.matchAll(/```sql\n(.*?)```/gs)) assert.notDeepEqual(await ask(sql), []);
    const { records } = streams.find(({ name }) => name === 'requests');
    await assertPruned(ask, records);
    await assertSkipped(ask);
  } finally {
    process.chdir(home);
  }
}

async function checkView(ask, stream) {
  const { name, columns, records } = stream;
  await ask(readFileSync(`_schema/${name}.duckdb.sql`, 'utf8'));
  const shown = columns.map(({ name: column, kind }) => {
    const sql = `"${column}"`;
    const form = { list: `to_json(${sql})`, TIMESTAMP: `epoch_us(${sql})` }[kind] ?? sql;
    return `${form}::VARCHAR AS ${sql}`;
  });
  assertSame(`DuckDB, ${name}`, await ask(`SELECT ${shown.join(', ')} FROM "${name}"`), stream);
  const types = new Map((await ask(`DESCRIBE "${name}"`)).map((row) => [row.column_name, row.column_type]));
  assert.deepEqual(
    [...types.keys()],
    columns.map((column) => column.name),
  );
  for (const { name: column, kind } of columns)
    assert.equal(types.get(column), TYPES.get(kind).duckdb, column);
  for (const { name: column } of columns.filter(({ kind }) => kind === 'dollars')) {
    const [{ sum }] = await ask(`SELECT sum("${column}")::VARCHAR AS sum FROM "${name}"`);
    assert.equal(sum, dollarsOf(records, column), `DuckDB, ${name}: sum of ${column}`);
  }
  const silent = await ask(
    `SELECT path_in_schema FROM parquet_metadata('${name}/**/*.parquet')
     WHERE num_values > stats_null_count AND (stats_min_value IS NULL OR stats_max_value IS NULL)`,
  );
  assert.deepEqual(silent, [], `DuckDB, ${name}: columns that do not say what is in them`);
}

/** A day of a project is read where what is in all other files cannot be. */
async function assertPruned(ask, records) {
  const own = (path) => path.includes('project_id=p%2E2/') && path.includes(`date=${dayBefore(1)}/`);
  const others = filesBelow('requests').filter((path) => !own(path));
  const kept = others.map((path) => [path, readFileSync(path)]);
  for (const path of others) damageRows(path);
  const of = `project_id = 'p.2' AND date = '${dayBefore(1)}'`;
  const [{ n }] = await ask(
    `SELECT count(DISTINCT path || request_id)::INTEGER AS n FROM requests WHERE ${of}`,
  );
  assert.equal(n, records.filter(({ project_id: id, date }) => id === 'p.2' && date === dayBefore(1)).length);
  await assert.rejects(ask('SELECT count(DISTINCT path || request_id) FROM requests'));
  for (const [path, bytes] of kept) writeFileSync(path, bytes);
}

/** What a file says not to have is not looked for in its rows. */
async function assertSkipped(ask) {
  for (const path of filesBelow('requests')) damageRows(path);
  for (const none of ["created_at > '2100-01-01'", 'cost_usd > 1000000', "endpoint > 'zzz'", 'code < 100'])
    assert.deepEqual(await ask(`SELECT request_id FROM requests WHERE ${none}`), []);
  await assert.rejects(ask('SELECT request_id FROM requests WHERE cost_usd > 0'));
}

/** Only the end of the file stays as it was, which says what is where. */
function damageRows(path) {
  const bytes = readFileSync(path);
  const end = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  writeFileSync(path, bytes.fill(0xff, 4, end));
}

/** Of the files alone: what folders say is not in them. */
async function checkHyperd(client, folder, streams) {
  for (const stream of streams) {
    const { name, records } = stream;
    const paths = filesBelow(join(folder, name));
    const columns = stream.columns.filter((column) => !inFolders(paths[0]).includes(column.name));
    const files = paths.map((path) => `'${path.replaceAll("'", "''")}'`);
    const from = `external(ARRAY[${files.join(', ')}], FORMAT => 'parquet')`;
    const shown = columns.map(({ name: column, kind }) => {
      const sql = `"${column}"`;
      // Without a fraction it would show no point, and no zeros at its end.
      const form = { TIMESTAMP: `(EXTRACT(epoch FROM ${sql}) * 1000000)::bigint` }[kind] ?? sql;
      return `(${form})::text AS ${sql}`;
    });
    const { rows } = await client.query(`SELECT ${shown.join(', ')} FROM ${from}`);
    assertSame(`Tableau’s engine, ${name}`, rows, { columns, records });
    await client.query(`CREATE TEMPORARY TABLE "${name}" AS (SELECT * FROM ${from}) WITH NO DATA`);
    const types = await client.query(
      `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
       JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname = '${name}' AND a.attnum > 0`,
    );
    const expected = columns.map((column) => ({ name: column.name, type: TYPES.get(column.kind).hyperd }));
    assert.deepEqual(types.rows, expected);
    await client.query(`DROP TABLE "${name}"`);
    for (const { name: column } of columns.filter(({ kind }) => kind === 'dollars')) {
      const sum = (await client.query(`SELECT sum("${column}")::text AS sum FROM ${from}`)).rows[0].sum;
      assert.equal(sum, dollarsOf(records, column), `Tableau’s engine, ${name}: sum of ${column}`);
    }
  }
}

function inFolders(path) {
  return path.endsWith('part.parquet') ? ['project_id', 'date'] : ['project_id'];
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function dayBefore(days) {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
