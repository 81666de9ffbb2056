import { describe, expect, it } from 'vitest';
import type { StandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { NOW } from '../../../cli/terminal.js';
import { intake } from '../../../cli/world.js';
import { storedLogs } from '../../datadog/logs/log-account.js';
import { hasPostgres, PASSWORD, type TestDatabase } from '../postgres-server.js';
import { stateWorld } from './state-world.js';

describe.skipIf(!hasPostgres)('a state in PostgreSQL', () => {
  it('is made by the first run, and the next one reads nothing that is closed', async () => {
    const world = await stateWorld({ window: 'since: 9d' });

    const first = await world.run('sync');
    const days = daysAsked(world.account);
    const second = await world.run('sync');
    const daysOfSecond = daysAsked(world.account).slice(days.length);

    expect([first, second]).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(new Set(days).size).toBe(10);
    expect(new Set(daysOfSecond).size).toBe(1); // today
    const shown = await world.run('state show');
    expect(shown.stdout).toMatch(
      /archive +requests +Support line +2026-11-11 to 2026-11-16 +2026-11-17 to 2026-11-20$/m,
    );
    expect(await world.terminal.files('.deepgram-export')).toEqual({});
  });

  it('is looked at by plan, check, dry runs and `state show`, which write nothing', async () => {
    const world = await stateWorld();
    const looking = ['plan', 'check', 'sync --dry-run', 'state show'];

    const before = [];
    for (const command of looking) before.push(await world.run(command));
    const made = await world.database.sql("select to_regnamespace('deepgram_state') as schema");
    await world.run('sync');
    const rows = await rowsOf(world.database);
    const after = [];
    for (const command of looking) after.push(await world.run(command));

    expect([...before, ...after].map(({ code }) => code)).toEqual(looking.concat(looking).map(() => 0));
    expect(made).toEqual([{ schema: null }]);
    expect(before[3]?.stdout).toBe(
      `There is no state in PostgreSQL at 127.0.0.1:${world.database.server.port}/${world.database.name} (schema deepgram_state) yet: the first sync begins it.\n`,
    );
    expect(await rowsOf(world.database)).toEqual(rows);
    expect(after[3]?.stdout).toContain('DELIVERED AND CLOSED');
  });

  it('is written where something of it has changed, and nowhere else', async () => {
    const world = await stateWorld({ window: 'since: 9d' });
    await world.run('sync');
    const before = await rowsOf(world.database);

    await world.run('sync');

    const after = await rowsOf(world.database);
    const written = after.filter(
      ({ kind, place }) => !before.some((row) => row.kind === kind && row.place === place),
    );
    // The request log of today was read again, and with it its reading.
    expect(before.length).toBeGreaterThan(25);
    expect(written.length).toBeLessThan(7);
  });

  it('is left alone by --no-state, which needs no address of it', async () => {
    const world = await stateWorld({ url: () => '' });

    const [sync, plan] = [await world.run('sync', '--no-state'), await world.run('plan', '--no-state')];

    expect([sync, plan]).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(await world.run('sync')).toMatchObject({ code: 2, stderr: expect.stringContaining('STATE_URL') });
  });

  it('is reached as whom a file of variables says, and so are the tables', async () => {
    const world = await stateWorld({
      url: ({ url }) => url.replace(/\/\/.*@/, '//'),
      sinks: ['db: { type: postgres, url: "${STATE_URL}" }'],
    });
    await world.terminal.write('db.env', `PGUSER=postgres\nPGPASSWORD='${PASSWORD}'\n`);

    const runs = [];
    for (const command of ['sync', 'check', 'state show', 'report', 'postgres grants'])
      runs.push(await world.run(command, '--env-file', 'db.env'));

    expect(runs.map(({ code, stderr }) => (code === 0 ? code : stderr))).toEqual([0, 0, 0, 0, 0]);
  });

  it('may be in the schema of a sink', async () => {
    const world = await stateWorld({
      sinks: ['db: { type: postgres, url: "${STATE_URL}" }'],
      settings: 'schema: deepgram',
    });

    const runs = [await world.run('sync'), await world.run('sync'), await world.run('check')];

    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    const [found] = await world.database.sql(
      "select count(*) > 0 as requests, (select count(*) > 0 from deepgram._state where kind = 'checkpoints') as state from deepgram.requests",
    );
    expect(found).toEqual({ requests: true, state: true });
  });

  it('lets one run at a time in: exit 6 for the other one, which has done nothing', async () => {
    const world = await stateWorld();
    await world.run('sync');
    const rows = await rowsOf(world.database);
    const holder = `select pg_advisory_lock(hashtextextended('deepgram-export state deepgram_state', 0)), pg_sleep(60)`;
    const holding = world.database.sql(holder).catch(() => 'ended');
    await until(
      world.database,
      "select count(*) > 0 as yes from pg_locks where locktype = 'advisory' and granted",
    );

    const second = await world.run('sync');
    const looked = await world.run('plan');

    expect(second).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/Another run works on PostgreSQL at .*--wait/s),
    });
    expect(looked.code).toBe(0);
    expect(await rowsOf(world.database)).toEqual(rows);
    await world.database.sql(
      "select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory'",
    );
    expect(await holding).toBe('ended');
    expect((await world.run('sync')).code).toBe(0);
  });

  it('whose connection breaks in a run stops it, and the next run delivers the rest', async () => {
    let nowMs = NOW;
    const options = {
      window: 'since: 5d',
      clock: {
        now: () => {
          nowMs += 100; // so that the state is saved while it goes on
          return nowMs;
        },
        sleep: async () => {},
      },
    };
    const [world, undisturbed] = [await stateWorld(options), await stateWorld(options)];
    await undisturbed.run('sync');
    await world.run('check');
    await world.run('state forget archive'); // makes the table
    await world.database.sql(`
      create sequence writes;
      create function cut() returns trigger language plpgsql as $$ begin
        if new.kind = 'checkpoints' and nextval('public.writes') = 3 then
          perform pg_terminate_backend(pg_backend_pid());
        end if;
        return new;
      end $$;
      create trigger cut before insert on deepgram_state._state for each row execute function cut()`);

    const cut = await world.run('sync');
    const next = await world.run('sync');

    expect(cut).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /The connection that holds the lock of .* has ended, and with it this run/,
      ),
    });
    expect(next.code).toBe(0);
    expect(outputs(await world.terminal.files('out'))).toEqual(
      outputs(await undisturbed.terminal.files('out')),
    );
    expect(await world.database.sql("select count(*) from pg_locks where locktype = 'advisory'")).toEqual([
      { count: '0' },
    ]);
  });

  it('knows which logs were sent, on a machine that has nothing else', async () => {
    const datadog = await intake('api-key-of-the-organization');
    const world = await stateWorld({
      env: { DD_API_KEY: 'api-key-of-the-organization' },
      account: { requestsPerDay: 100 },
      sinks: [`logs: { type: datadog-logs, api_key: "\${DD_API_KEY}", api_url: ${datadog.url}, late: send }`],
    });
    await world.run('sync');
    const sent = storedLogs(datadog).length;

    expect((await world.run('sync', '--full-refresh')).code).toBe(0);

    expect(sent).toBeGreaterThan(100);
    expect(storedLogs(datadog)).toHaveLength(sent);
    await world.run('state forget logs');
    expect(await world.database.sql("select * from deepgram_state._state where kind = 'deliveries'")).toEqual(
      [],
    );
  });
});

const rowsOf = (database: TestDatabase) =>
  database.sql<{ readonly kind: string; readonly place: string }>(
    "select kind, name, part, ctid::text || xmin::text as place from deepgram_state._state where kind <> 'lock' order by 1, 2, 3",
  );

async function until(database: TestDatabase, condition: string): Promise<void> {
  for (;;) {
    const [row] = await database.sql<{ readonly yes: boolean }>(condition);
    if (row?.yes === true) return;
  }
}

/** Files that people read, but for what each run finds anew. */
function outputs(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !/\.counts|balances/.test(path)));
}

/** Where the days of the request log begin that were asked for. */
function daysAsked({ calls }: StandIn): readonly string[] {
  return calls.filter(({ path }) => path.endsWith('/requests')).map(({ query }) => query.get('start') ?? '');
}
