import { describe, it } from 'vitest';
import { postgresSettings } from '../../../connectors/postgres/postgres-settings.js';
import { postgresSink } from '../../../connectors/postgres/postgres-sink.js';
import { describeSinkConformance } from '../../../connectors/testing/sink-conformance.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { SinkUnderTest } from '../../../connectors/testing/sink-under-test.js';
import { hasPostgres, postgresServer, type TestDatabase } from './postgres-server.js';
import { type BreakableProxy, startProxy } from './proxy.js';

interface PostgresUnderTest extends SinkUnderTest {
  readonly proxy: BreakableProxy;
}

/** Waits take no time, so that a server that is away is given up at once. */
const clock = { now: () => Date.now(), sleep: async () => {} };

async function underTest(): Promise<PostgresUnderTest> {
  const server = await postgresServer();
  const database = await server.database();
  const proxy = await startProxy(server.port);
  const settings = postgresSettings.parse({ url: server.url(database.name, { port: proxy.port }) });
  return {
    proxy,
    open: async () => postgresSink(settings, sinkContext('.', { clock })),
    contents: () => rowsByTable(database),
    breakDown: async () => {
      proxy.mode = 'cut';
    },
    mend: async () => {
      proxy.mode = 'pass';
    },
    clear: async () => void (await database.sql('drop schema if exists deepgram cascade')),
    dispose: async () => {
      await proxy.close();
      await database.drop();
    },
  };
}

/** All rows of all tables, but for what is said of the runs themselves. */
async function rowsByTable(database: TestDatabase): Promise<Record<string, string>> {
  const tables = await database.sql<{ readonly name: string }>(
    "select relname as name from pg_class where relnamespace = to_regnamespace('deepgram') and relkind = 'r' and relname not in ('_runs', '_layout')",
  );
  const found: Record<string, string> = {};
  for (const { name } of tables) {
    const rows = await database.sql(
      `select to_jsonb(t) - 'read_at' - 'run' as row from deepgram."${name}" t order by to_jsonb(t)::text`,
    );
    if (rows.length > 0) found[name] = JSON.stringify(rows);
  }
  return found;
}

// Where there is no server, as on a machine without Debian's package, the suite is skipped; CI installs one.
describe.skipIf(!hasPostgres)('in PostgreSQL', () => {
  describeSinkConformance<PostgresUnderTest>({ describe, it }, 'postgres', underTest, {
    hang: async ({ proxy }) => {
      proxy.mode = 'hang';
    },
    stumble: async ({ proxy }) => proxy.cutOpen(),
  });
});
