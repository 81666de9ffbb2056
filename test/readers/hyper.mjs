/**
 * A reader that nobody here wrote: Tableau's own engine loads every table into a `.hyper` file with the types that
 * `deepgram.tds` declares, and follows every relationship of it. What it counts and adds up is held against the records
 * of the same run, as an archive has them.
 *
 *     npm run test:readers
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DOMParser } from '@xmldom/xmldom';
import { startStandIn } from '../../dist/connectors/stand-ins/deepgram/stand-in.js';
import { startHyperd } from './hyperd.mjs';

const CLI = fileURLToPath(new URL('../../dist/bundle/cli.js', import.meta.url));
const KEY = 'reader-key';

const TYPES = {
  string: 'TEXT',
  integer: 'BIGINT',
  real: 'DOUBLE PRECISION',
  boolean: 'BOOLEAN',
  date: 'DATE',
  datetime: 'TIMESTAMP',
};

const folder = mkdtempSync(join(tmpdir(), 'deepgram-export-hyper-'));
try {
  const hyperd = await startHyperd();
  if (hyperd !== undefined) await closed(hyperd, () => check(hyperd));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function closed(hyperd, work) {
  try {
    return await work();
  } finally {
    await hyperd.close();
  }
}

async function check(hyperd) {
  await exportTo(folder);
  const source = sourceIn(join(folder, 'tables'));
  const records = recordsIn(join(folder, 'archive'));
  const file = join(folder, 'deepgram.hyper');
  await (await hyperd.connect()).query(`CREATE DATABASE "${file}"`);
  const client = await hyperd.connect(file);
  const ask = async (sql) => (await client.query(sql)).rows;

  for (const { name, path, columns } of source.tables) {
    await ask(
      `CREATE TABLE "${name}" (${columns.map((one) => `"${one.name}" ${TYPES[one.type]}`).join(', ')})`,
    );
    await ask(`COPY "${name}" FROM '${path}' WITH (FORMAT csv, HEADER true, DELIMITER ',', NULL '')`);
    const [found] = await ask(factsQuery(name, columns));
    assertSame(found, factsOf(rowsOf(name, records), columns), name);
  }
  for (const { ends, pairs } of source.relationships) await follow(ask, ends, pairs, records);

  // A file like any other, which another engine can open once this one has closed it.
  await client.end();
  await hyperd.close();
  const other = await startHyperd();
  await closed(other, async () => {
    for (const { name } of source.tables) {
      const { rows } = await (await other.connect(file)).query(`SELECT count(*) AS n FROM "${name}"`);
      assert.equal(Number(rows[0].n), rowsOf(name, records).length, `${name} in the file`);
    }
  });
  const all = source.tables.reduce((sum, { name }) => sum + rowsOf(name, records).length, 0);
  process.stdout.write(
    `Tableau’s engine: ${source.tables.length} tables with ${all} rows as in their records, and ${source.relationships.length} relationships; a .hyper file of ${Math.ceil(statSync(file).size / 1024)} kB\n`,
  );
}

/** Each row finds as many partners as the records say; where the end says that a key is there once, it is. */
async function follow(ask, ends, pairs, records) {
  const [first, second] = ends;
  const on = pairs.map(([a, b]) => `a."${a}" = b."${b}"`).join(' AND ');
  const [{ found }] = await ask(
    `SELECT count(*) AS found FROM "${first.table}" a JOIN "${second.table}" b ON ${on}`,
  );
  const keysOf = (side) => {
    const columns = pairs.map((pair) => pair[side]);
    return rowsOf(ends[side].table, records)
      .filter((row) => columns.every((column) => row[column] !== null))
      .map((row) => JSON.stringify(columns.map((column) => row[column])));
  };
  const counted = countsOf(keysOf(1));
  const wanted = keysOf(0).reduce((sum, key) => sum + (counted.get(key) ?? 0), 0);
  assert.equal(Number(found), wanted, `${first.table} with ${second.table}`);
  assert.ok(wanted > 0, `${first.table} finds nothing in ${second.table}`);
  for (const [at, { table, isUnique }] of ends.entries()) {
    if (!isUnique) continue;
    const columns = pairs.map((pair) => `"${pair[at]}"`).join(', ');
    const twice = await ask(`SELECT ${columns} FROM "${table}" GROUP BY ${columns} HAVING count(*) > 1`);
    assert.deepEqual(twice, [], `${table} has a key twice`);
  }
}

function countsOf(keys) {
  const counts = new Map();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Tables and relationships, as the data source has them. */
function sourceIn(folder) {
  const text = readFileSync(join(folder, 'deepgram.tds'), 'utf8');
  const root = new DOMParser().parseFromString(text, 'application/xml').documentElement;
  const all = (element, name) => [...element.getElementsByTagName(name)];
  const of = (element, name) => [...element.childNodes].filter((node) => node.nodeName === name);
  const textOf = (element, name) => of(element, name)[0]?.textContent ?? '';

  const [graph] = all(root, 'object-graph');
  const objects = all(graph, 'object').map((object) => ({
    id: object.getAttribute('id'),
    relation: all(object, 'relation')[0],
  }));
  const connections = new Map(
    all(root, 'named-connection').map((one) => {
      const [connection] = of(one, 'connection');
      const path = join(folder, connection.getAttribute('directory'), connection.getAttribute('filename'));
      return [one.getAttribute('name'), path];
    }),
  );
  const nameOf = (relation) => relation.getAttribute('name').replace(/\.csv$/, '');
  const tables = objects.map(({ relation }) => ({
    name: nameOf(relation),
    path: connections.get(relation.getAttribute('connection')),
    columns: all(relation, 'column').map((column) => ({
      name: column.getAttribute('name'),
      type: column.getAttribute('datatype'),
    })),
  }));
  const columnOf = new Map(
    all(root, 'metadata-record').map((record) => [
      textOf(record, 'local-name'),
      textOf(record, 'remote-name'),
    ]),
  );
  const relationships = all(graph, 'relationship').map((relationship) => {
    const [whole] = of(relationship, 'expression');
    const equal = whole.getAttribute('op') === 'AND' ? of(whole, 'expression') : [whole];
    const ends = ['first-end-point', 'second-end-point'].map((name) => {
      const [end] = of(relationship, name);
      const { relation } = objects.find(({ id }) => id === end.getAttribute('object-id'));
      return { table: nameOf(relation), isUnique: end.getAttribute('unique-key') === 'true' };
    });
    const pairs = equal.map((one) =>
      of(one, 'expression').map((side) => columnOf.get(side.getAttribute('op'))),
    );
    return { ends, pairs };
  });
  assert.ok(tables.length > 15 && relationships.length === tables.length - 1);
  return { tables, relationships };
}

/** The records of an archive, by their streams. */
function recordsIn(archive) {
  const streams = readdirSync(archive).filter((name) => /^[a-z]/.test(name));
  return new Map(
    streams.map((stream) => {
      const files = readdirSync(join(archive, stream), { recursive: true }).filter((path) =>
        path.endsWith('.ndjson'),
      );
      const lines = files.flatMap((path) =>
        readFileSync(join(archive, stream, path), 'utf8')
          .split('\n')
          .slice(0, -1),
      );
      return [stream, lines.map((line) => JSON.parse(line))];
    }),
  );
}

/** What a table is to hold: the records, or a row for each item of a list of theirs. */
function rowsOf(table, records) {
  const own = records.get(table);
  if (own !== undefined) {
    const isErrorOf = { error: 1, success: 0 };
    return own.map((record) => ({ ...record, is_error: isErrorOf[record.status] ?? null }));
  }
  const [, list] = /^requests_(tags|models|features)$/.exec(table) ?? [];
  assert.ok(list !== undefined, `${table} is made of nothing that is known here`);
  return records.get('requests').flatMap((request) => {
    if (list !== 'models') {
      return [...new Set(request[list] ?? [])].map((item) => ({ ...request, [list.slice(0, -1)]: item }));
    }
    const { model_ids: ids, model_names: names } = request;
    return (ids ?? []).map((id, at) => ({ ...request, model_id: id, model_name: names?.[at] ?? null }));
  });
}

/** How many rows there are, and of each column how many values, and what they come to. */
function factsOf(rows, columns) {
  const facts = { rows: rows.length };
  for (const { name, type } of columns) {
    const values = rows.map((row) => row[name]).filter((value) => value !== null && String(value) !== '');
    facts[name] = values.length;
    if (values.length === 0) continue;
    if (type === 'integer' || type === 'real') facts[`${name} in all`] = values.reduce((a, b) => a + b, 0);
    else if (type === 'boolean') facts[`${name} in all`] = values.filter(Boolean).length;
    else if (type === 'datetime')
      facts[`${name} in all`] = values.reduce((sum, value) => sum + millisecond(value), 0);
    else facts[`${name} in all`] = new Set(values.map(String)).size;
  }
  return facts;
}

/** Of the second: what a reader of whole seconds would lose. */
function millisecond(moment) {
  return Number(moment.slice(20, 23));
}

/** The same in SQL. */
function factsQuery(table, columns) {
  const asked = columns.flatMap(({ name, type }) => {
    const column = `"${name}"`;
    const all = `"${name} in all"`;
    const count = `count(${column}) AS ${column}`;
    if (type === 'integer' || type === 'real') return [count, `sum(${column}) AS ${all}`];
    if (type === 'boolean') return [count, `count(CASE WHEN ${column} THEN 1 END) AS ${all}`];
    if (type === 'datetime')
      return [count, `sum(CAST(EXTRACT(MILLISECONDS FROM ${column}) AS BIGINT) % 1000) AS ${all}`];
    return [count, `count(DISTINCT ${column}) AS ${all}`];
  });
  return `SELECT count(*) AS "rows", ${asked.join(', ')} FROM "${table}"`;
}

function assertSame(found, wanted, table) {
  for (const [fact, value] of Object.entries(wanted)) {
    const isSame = Math.abs(Number(found[fact]) - value) <= 1e-9 * Math.abs(value);
    assert.ok(isSame, `${table}: ${fact} is ${found[fact]}, by the records ${value}`);
  }
}

/** What a run of all streams leaves, once as tables and once as an archive. */
async function exportTo(folder) {
  const deepgram = await startStandIn({ apiKey: KEY, requestsPerDay: 200 });
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'job.yaml'),
      `version: 1
source: { type: deepgram, api_key: ${KEY}, base_url: "${deepgram.url}" }
streams: { reconciliation: {} }
window: { since: 3d }
sinks:
  tables: { type: tableau-csv, path: tables }
  archive: { type: ndjson, path: archive }
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
}
