import { describe, expect, it } from 'vitest';
import type { Intake } from '../../../../connectors/stand-ins/datadog/intake.js';
import { intake } from '../../../cli/world.js';
import { storedLogs } from '../../datadog/logs/log-account.js';
import { hasPostgres, type TestDatabase } from '../postgres-server.js';
import { type StateWorld, stateWorld } from './state-world.js';

const DATADOG_KEY = 'api-key-of-the-organization';
const PROJECTS = ['p-1', 'p-2'].map((id) => ({ id, name: `Project ${id}` }));

interface World extends StateWorld {
  readonly datadog: Intake;
  /** What every sink has, as far as it is not of the run itself. */
  outputs(): Promise<unknown>;
}

async function world(): Promise<World> {
  const datadog = await intake(DATADOG_KEY);
  const made = await stateWorld({
    env: { DD_API_KEY: DATADOG_KEY },
    account: { projects: PROJECTS, requestsPerDay: 8 },
    window: 'since: 2d',
    sinks: [
      'archive: { type: ndjson, path: out/ndjson }',
      'tableau: { type: tableau-csv, path: out/tableau }',
      'db: { type: postgres, url: "${STATE_URL}" }',
      `logs: { type: datadog-logs, api_key: "\${DD_API_KEY}", api_url: ${datadog.url}, late: send }`,
    ],
  });
  return {
    ...made,
    datadog,
    outputs: async () => ({
      files: await made.terminal.files('out'),
      tables: await rowsOf(made.database),
      logs: storedLogs(datadog)
        .map((log) => JSON.stringify(log))
        .sort(),
    }),
  };
}

/** The rows of every table of records, as text. */
async function rowsOf(database: TestDatabase): Promise<Readonly<Record<string, unknown>>> {
  const tables = await database.sql<{ readonly name: string }>(
    "select tablename as name from pg_tables where schemaname = 'deepgram' and tablename !~ '^_' order by 1",
  );
  const rows = tables.map(async ({ name }) => {
    const found = await database.sql(`select t::text as row from deepgram.${name} t order by 1`);
    return [name, found] as const;
  });
  return Object.fromEntries(await Promise.all(rows));
}

describe.skipIf(!hasPostgres)('sync --shard with a state in PostgreSQL', () => {
  it.each([
    ['of two one, and then three at the same time', [['2/2'], ['1/3', '2/3', '3/3']]],
    ['the same twice at the same time, and cut otherwise', [['1/2', '1/2', '1/1']]],
  ])('%s: every sink has what one sync gives it, an append sink each record once', async (_, rounds) => {
    const [cut, whole] = [await world(), await world()];
    await whole.run('sync');

    const runs = [];
    for (const round of rounds)
      runs.push(...(await Promise.all(round.map((shard) => cut.run('sync', '--shard', shard)))));

    expect(runs.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual(runs.map(() => 0));
    expect(await cut.outputs()).toEqual(await whole.outputs());
    const next = await cut.run('sync');
    expect(next.code).toBe(0);
    expect(await cut.outputs()).toEqual(await whole.outputs());
  });
});
