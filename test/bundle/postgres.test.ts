import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hasPostgres, postgresServer, type TestDatabase } from '../connectors/postgres/postgres-server.js';
import { DAYS, RANGE, type World, world } from './account.js';

/** Runs that are killed. `POSTGRES_KILLS=100` is the long form. */
const KILLS = Number(process.env.POSTGRES_KILLS ?? 8);

describe.runIf(hasPostgres)('what users get, into PostgreSQL', () => {
  it('killed anywhere and run again, leaves what one undisturbed run leaves', async () => {
    const undisturbed = await into();
    const { code, stderr } = await undisturbed.world.program.run(RUN);
    expect(code, stderr).toBe(0);
    const killed = await into();
    let ended = 0;

    for (let kill = 0; kill < KILLS; kill += 1) {
      await killed.database.sql('drop schema if exists deepgram cascade');
      const running = killed.world.program.run(RUN);
      await until(killed.database, kill);
      killed.world.program.kill('SIGKILL');
      if ((await running).code === 0) ended += 1;
      expect((await killed.world.program.run(RUN)).code).toBe(0);
      expect(await contents(killed.database)).toEqual(await contents(undisturbed.database));
    }

    expect(ended).toBeLessThan(KILLS);
    expect(await killed.database.sql("select count(*) from pg_locks where locktype = 'advisory'")).toEqual([
      { count: '0' },
    ]);
  });

  it('a server that restarts in the middle changes nothing of the end', async () => {
    const { world: account, database } = await into();
    const running = account.program.run(RUN);
    await until(database, 1);

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

/** Resolves at one of several moments of a run: by what it has done so far, not by the time. */
async function until(database: TestDatabase, moment: number): Promise<void> {
  const reached = [
    "select to_regclass('deepgram.requests') is not null as yes",
    'select count(*) >= 4 as yes from deepgram._partitions',
    'select count(*) > 0 as yes from pg_stat_activity where query like \'copy "deepgram"."requests"%\' and state = \'active\'',
    "select count(*) > 0 as yes from deepgram._partitions where stream = 'requests'",
  ][moment % 4];
  for (let tries = 0; tries < 2_000; tries += 1) {
    const rows = await database.sql<{ readonly yes: boolean }>(reached ?? '').catch(() => []);
    if (rows[0]?.yes === true) return;
    await delay(2);
  }
}

/** All rows of all tables, and what is said of them, but for when that was. */
async function contents(database: TestDatabase): Promise<Readonly<Record<string, unknown>>> {
  const tables = await database.sql<{ readonly name: string }>(
    `select relname as name from pg_class where relnamespace = 'deepgram'::regnamespace and relkind = 'r'
     and relname not in ('_runs', 'balances') order by 1`,
  );
  const found: Record<string, unknown> = {};
  for (const { name } of tables) {
    const [digest] = await database.sql(
      `select count(*), md5(string_agg(row, '' order by row)) as digest
       from (select (to_jsonb(t) - 'read_at' - 'run')::text as row from deepgram."${name}" t) one`,
    );
    found[name] = digest;
  }
  return found;
}
