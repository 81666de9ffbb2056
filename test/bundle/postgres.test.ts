import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hasPostgres, postgresServer, type TestDatabase } from '../connectors/postgres/postgres-server.js';
import { DAYS, RANGE, type World, world } from './account.js';

describe.runIf(hasPostgres)('what users get, into PostgreSQL', () => {
  it('a server that restarts in the middle changes nothing of the end', async () => {
    const { world: account, database } = await into();
    const running = account.program.run(RUN);
    await untilSomeIsThere(database);

    database.server.stop();
    database.server.start();

    const { code, stderr } = await running;
    expect(code, stderr).toBe(0);
    const [requests] = await database.sql('select count(*)::int as count from deepgram.requests');
    expect(requests).toEqual({ count: 2 * REQUESTS });
  });
});

const REQUESTS = 3_000;
const RUN = `sync -c job.yaml ${RANGE} --no-state`;

interface Into {
  readonly world: World;
  readonly database: TestDatabase;
}

/** A job into an empty database, of two busy days. */
async function into(): Promise<Into> {
  const database = await (await postgresServer()).database();
  onTestFinished(() => database.drop());
  const busy = (_: object, day: string) => (DAYS.some((one) => one === day) ? REQUESTS : 0);
  const account = await world([`db: { type: postgres, url: "${database.url}" }`], { requestsPerDay: busy });
  return { world: account, database };
}

async function untilSomeIsThere(database: TestDatabase): Promise<void> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    const rows = await database
      .sql<{ readonly yes: boolean }>('select count(*) >= 4 as yes from deepgram._partitions')
      .catch(() => []);
    if (rows[0]?.yes === true) return;
    await delay(2);
  }
}
