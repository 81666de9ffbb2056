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
