/**
 * Readers that nobody here wrote: DuckDB and PostgreSQL read an archive as the schemas beside it say, and what they count
 * and add up is held against the lines themselves. The account gives no prices, so that a column is null throughout, and
 * has nothing on one day.
 *
 *     npm run test:readers
 *
 * DuckDB is the package `@duckdb/node-api` in the folder that READERS names. PostgreSQL is Debian's, in a cluster of its own.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { startStandIn } from '../../dist/connectors/stand-ins/deepgram/stand-in.js';

const CLI = fileURLToPath(new URL('../../dist/bundle/cli.js', import.meta.url));
const KEY = 'reader-key';
const EMPTY_DAY = dayBefore(2);

const readers = [duckdb(), postgresql()].filter((reader) => reader !== undefined);
const folder = mkdtempSync(join(tmpdir(), 'deepgram-export-warehouses-'));
try {
  for (const compression of readers.length > 0 ? ['none', 'gzip'] : []) {
    const archive = await archiveOf(join(folder, compression), compression);
    for (const reader of readers) await check(archive, compression, reader);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function check(archive, compression, { name, open }) {
  const schemas = readdirSync(join(archive, '_schema'));
  const streams = schemas.filter((file) => file.endsWith('.bigquery.json'));
  assert.ok(streams.length > 10);
  const reader = await open(archive);
  try {
    for (const file of streams) {
      const stream = basename(file, '.bigquery.json');
      const columns = JSON.parse(readFileSync(join(archive, '_schema', file), 'utf8'));
      const found = await reader.facts(stream, columns);
      assertSame(found, factsOf(linesOf(archive, stream), columns), `${name}, ${compression}, ${stream}`);
    }
    await reader.finish();
  } finally {
    await reader.close();
  }
  process.stdout.write(`${name}, compression ${compression}: ${streams.length} streams as in their lines\n`);
}

/** What a run of all streams leaves. */
async function archiveOf(work, compression) {
  const deepgram = await startStandIn({
    apiKey: KEY,
    prices: false,
    requestsPerDay: (_project, day) => (day === EMPTY_DAY ? 0 : 50),
  });
  try {
    mkdirSync(work);
    writeFileSync(
      join(work, 'job.yaml'),
      `version: 1
source: { type: deepgram, api_key: ${KEY}, base_url: "${deepgram.url}" }
window: { since: 3d }
sinks:
  archive: { type: ndjson, path: archive, compression: ${compression} }
`,
    );
    const child = spawn(process.execPath, [CLI, 'sync', '-c', 'job.yaml', '--quiet'], {
      cwd: work,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const code = await new Promise((done) => child.once('exit', done));
    if (code !== 0) throw new Error(`sync ended with ${code}`);
  } finally {
    await deepgram.close();
  }
  return join(work, 'archive');
}

/** The files of a stream with what is in them. */
function filesOf(archive, stream) {
  const paths = readdirSync(join(archive, stream), { recursive: true }).filter((path) =>
    /ndjson(\.gz)?$/.test(path),
  );
  return paths.map((path) => {
    const bytes = readFileSync(join(archive, stream, path));
    return { path: join(stream, path), text: (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString() };
  });
}

function linesOf(archive, stream) {
  const lines = filesOf(archive, stream).flatMap(({ text }) => text.split('\n').slice(0, -1));
  return lines.map((line) => JSON.parse(line));
}

/** How many records there are, and of each column how many values, and what they come to. */
function factsOf(records, columns) {
  const facts = { records: records.length };
  for (const { name, type, mode } of columns) {
    const values = records.map((record) => record[name]).filter((value) => value !== null);
    facts[name] = values.length;
    if (values.length === 0) continue;
    if (mode === 'REPEATED') facts[`${name} in all`] = values.flat().length;
    else if (type === 'INTEGER' || type === 'FLOAT') facts[`${name} in all`] = values.reduce((a, b) => a + b);
    else if (type === 'TIMESTAMP') facts[`${name} in all`] = values.map(microsecond).reduce((a, b) => a + b);
    else if (type === 'DATE') facts[`${name} in all`] = new Set(values).size;
  }
  return facts;
}

/** The same of SQL; `lengthOf` and `microsecondOf` are the engine's own. */
function factsQuery(stream, columns, { lengthOf, microsecondOf }) {
  const asked = columns.flatMap(({ name, type, mode }) => {
    const column = `"${name}"`;
    const all = `"${name} in all"`;
    const count = `count(${column}) AS ${column}`;
    if (mode === 'REPEATED') return [count, `sum(${lengthOf(column)}) AS ${all}`];
    if (type === 'INTEGER' || type === 'FLOAT') return [count, `sum(${column}) AS ${all}`];
    if (type === 'TIMESTAMP') return [count, `sum(${microsecondOf(column)}) AS ${all}`];
    if (type === 'DATE') return [count, `count(DISTINCT ${column}) AS ${all}`];
    return [count];
  });
  return `SELECT count(*) AS records, ${asked.join(', ')} FROM "${stream}"`;
}

/** Microseconds of the second: what a reader of milliseconds would lose. */
function microsecond(moment) {
  return Number(moment.slice(20, 26));
}

function assertSame(found, wanted, what) {
  for (const [fact, value] of Object.entries(wanted)) {
    const isSame = Math.abs(Number(found[fact]) - value) <= 1e-9 * Math.abs(value);
    assert.ok(isSame, `${what}: ${fact} is ${found[fact]}, by the lines ${value}`);
  }
}

function duckdb() {
  const own = createRequire(join(resolve(process.env.READERS ?? '.'), 'package.json'));
  let library;
  try {
    library = own('@duckdb/node-api');
  } catch {
    process.stdout.write('skipped: DuckDB; @duckdb/node-api is not in the folder that READERS names\n');
    return undefined;
  }
  const open = async (archive) => {
    const instance = await library.DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const ask = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
    const home = process.cwd();
    cpSync(archive, `${archive}-copy`, { recursive: true });
    process.chdir(`${archive}-copy`);
    return {
      facts: async (stream, columns) => {
        await ask(readFileSync(`_schema/${stream}.duckdb.sql`, 'utf8'));
        const lengthOf = (column) => `len(${column})`;
        const microsecondOf = (column) => `epoch_us(${column}) % 1000000`;
        return (await ask(factsQuery(stream, columns, { lengthOf, microsecondOf })))[0];
      },
      // A day is read where the files of all others cannot be.
      finish: async () => {
        const isAsked = ({ path }) => path.includes(`date=${dayBefore(1)}/`);
        const files = filesOf(archive, 'requests');
        for (const { path } of files.filter((file) => !isAsked(file))) writeFileSync(path, 'no JSON\n');
        const n = files.filter(isAsked).reduce((sum, { text }) => sum + text.split('\n').length - 1, 0);
        const count = (when) => ask(`SELECT count(path)::INTEGER AS n FROM requests WHERE ${when}`);
        assert.deepEqual(await count(`date = '${dayBefore(1)}'`), [{ n }]);
        await assert.rejects(count('true'));
      },
      close: async () => {
        process.chdir(home);
        connection.closeSync();
      },
    };
  };
  return { name: 'DuckDB', open };
}

function postgresql() {
  const programs = postgresqlPrograms();
  if (programs === undefined) {
    process.stdout.write('skipped: PostgreSQL; initdb is not installed\n');
    return undefined;
  }
  const open = async (archive) => {
    const cluster = mkdtempSync(join(tmpdir(), 'deepgram-export-postgresql-'));
    // It refuses to run as root.
    const as = process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
    if (as.length > 0) run(['chown', 'postgres', cluster]);
    const own = (program, ...args) => run([...as, join(programs, program), ...args]);
    const data = join(cluster, 'data');
    const settings = `-c listen_addresses= -c unix_socket_directories=${cluster} -c fsync=off`;
    const login = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', cluster, '-U', 'postgres'];
    const psql = (sql) => run(['psql', ...login, '-f', '-'], sql);
    const close = async () => {
      try {
        own('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
      } finally {
        rmSync(cluster, { recursive: true, force: true });
      }
    };
    own('initdb', '-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '-A', 'trust');
    own('pg_ctl', '-D', data, '-w', '-o', settings, '-l', join(cluster, 'log'), 'start');
    return {
      facts: async (stream, columns) => {
        // Twice: what is there already is no reason to fail.
        for (const _time of [1, 2])
          psql(readFileSync(join(archive, '_schema', `${stream}.postgresql.sql`), 'utf8'));
        const copy = `\\copy "${stream}_lines" FROM pstdin WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')`;
        for (const { text } of filesOf(archive, stream)) run(['psql', ...login, '-c', copy], text);
        const lengthOf = (column) => `cardinality(${column})`;
        const microsecondOf = (column) => `(extract(microseconds FROM ${column})::bigint % 1000000)`;
        const query = factsQuery(stream, columns, { lengthOf, microsecondOf });
        return JSON.parse(psql(`SELECT row_to_json(facts) FROM (${query}) AS facts`));
      },
      // A day is replaced by what is there of it now.
      finish: async () => {
        const day = `DELETE FROM requests_lines WHERE line->>'date' = '${dayBefore(1)}'`;
        const left = `SELECT count(*) FROM requests WHERE date = '${dayBefore(1)}'`;
        assert.notEqual(psql(left).trim(), '0');
        assert.equal(psql(`${day}; ${left}`).trim(), '0');
      },
      close,
    };
  };
  return { name: 'PostgreSQL', open };
}

/** The folder of the newest one's programs, which Debian leaves out of PATH. */
function postgresqlPrograms() {
  const root = '/usr/lib/postgresql';
  const versions = spawnSync('ls', [root], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
  const newest = versions.sort((a, b) => Number(a) - Number(b)).at(-1);
  return newest && join(root, newest, 'bin');
}

function run([program, ...args], input = '') {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    cwd: tmpdir(),
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function dayBefore(days) {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
