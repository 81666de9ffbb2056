import { describe, expect, it, onTestFinished } from 'vitest';
import { hasPostgres, PASSWORD, type TestDatabase } from '../postgres-server.js';
import { type StateWorld, type StateWorldOptions, stateWorld } from './state-world.js';

const HEAD = "kind = 'checkpoints' and name = '[]'";
const OF_REQUESTS = `kind = 'checkpoints' and name like '%"requests"%'`;

/** What sync and check say, which must be refused by exit 2, and that nothing secret is said. */
async function refused(world: StateWorld): Promise<string> {
  const runs = [await world.run('sync', '--summary', 'summary.json'), await world.run('check')];
  const said = [
    ...runs.flatMap(({ stdout, stderr }) => [stdout, stderr]),
    ...Object.values(await world.terminal.files()),
  ];
  const all = said.join('\n');
  expect(
    runs.map(({ code }) => code),
    all,
  ).toEqual([2, 2]);
  expect(Object.keys(await world.terminal.files('out'))).toEqual([]);
  expect(all).not.toContain(PASSWORD);
  expect(all).not.toContain(encodeURIComponent(PASSWORD));
  return runs.map(({ stdout, stderr }) => stdout + stderr).join('\n----\n');
}

const contents = (database: TestDatabase) =>
  database.sql('select kind, name, part, value from deepgram_state._state order by 1, 2, 3');

describe.skipIf(!hasPostgres)('a database that cannot have the state', () => {
  it.each<[string, NonNullable<StateWorldOptions['url']>, RegExp]>([
    [
      'no server',
      ({ server, name }) => server.url(name, { port: 1 }),
      /The state cannot be used: PostgreSQL at 127\.0\.0\.1:1\/test_\w+ does not answer.*whether the server runs/s,
    ],
    [
      'a wrong password',
      ({ server, name }) => server.url(name).replace('pass%2F', 'otherpass%2F'),
      /does not let the user postgres in: password authentication failed.*ALTER ROLE/s,
    ],
    [
      'a database that is not there',
      ({ server }) => server.url('nowhere'),
      /"nowhere" does not exist.*CREATE DATABASE/s,
    ],
    [
      'a copy that is only read',
      ({ server, name }) => server.url(name, { options: '' }),
      /can only be read.*Name the primary server/s,
    ],
  ])('%s is said with what to do, and check says it too', async (what, url, words) => {
    const world = await stateWorld({ url });
    if (what.startsWith('a copy'))
      await world.database.sql(
        `alter database ${world.database.name} set default_transaction_read_only = on`,
      );

    expect(await refused(world)).toMatch(words);

    expect(await world.database.sql("select to_regnamespace('deepgram_state') as made")).toEqual([
      { made: null },
    ]);
  });

  it('that comes back within a minute is waited for', async () => {
    const waits: number[] = [];
    const clock = {
      now: () => Date.parse('2026-11-20T12:00:00Z'),
      sleep: async (ms: number) => {
        waits.push(ms);
        if (waits.length === 2) world.database.server.start();
      },
    };
    const world = await stateWorld({ clock });
    world.database.server.stop();

    const { code, stderr } = await world.run('sync');

    expect([code, waits.slice(0, 2)]).toEqual([0, [250, 500]]);
    expect(stderr).toMatch(/warn: state: PostgreSQL at .* does not answer.* It is waited for\./);
  });

  it('without the right to create says which statement gives it; with it, the schema is its own', async () => {
    const role = (database: TestDatabase) => `role_${database.name.slice(5, 17)}`;
    const world = await stateWorld({
      url: (database) => database.server.url(database.name, { user: role(database) }),
    });
    const name = role(world.database);
    await world.database.sql(`create role ${name} login password '${PASSWORD}'`);
    onTestFinished(() => world.database.sql(`drop owned by ${name}; drop role ${name}`).then(() => {}));

    const said = await refused(world);
    await world.database.sql(`create schema deepgram_state authorization ${name}`);

    expect(said).toMatch(
      new RegExp(
        `does not allow the user ${name} what is needed: permission denied.*GRANT USAGE, CREATE ON SCHEMA`,
        's',
      ),
    );
    expect([(await world.run('check')).code, (await world.run('sync')).code]).toEqual([0, 0]);
  });

  it.each<[string, string, RegExp]>([
    [
      'of somebody else’s',
      'create schema deepgram_state; create table deepgram_state._state (id int)',
      /has a table _state that deepgram-export did not make.*another `schema`/s,
    ],
    [
      'that looks like ours and says not which layout it has',
      'create schema deepgram_state; create table deepgram_state._state (kind text, name text, part integer, value text)',
      /has a table _state that deepgram-export did not make/,
    ],
  ])('with a table %s is left as it is', async (_, statements, words) => {
    const world = await stateWorld();
    await world.database.sql(statements);

    expect(await refused(world)).toMatch(words);

    expect(await world.run('state repair')).toMatchObject({ code: 2 });
    expect(await world.database.sql('select * from deepgram_state._state')).toEqual([]);
  });
});

describe.skipIf(!hasPostgres)(
  'a state in PostgreSQL that cannot be used is refused, and stays as it is',
  () => {
    it.each<[string, string, RegExp]>([
      [
        'of a newer layout',
        "update deepgram_state._state set value = '2' where kind = 'layout'",
        /is of layout 2, and this program knows 1.*Use the newer deepgram-export/s,
      ],
      [
        'of a newer version',
        `update deepgram_state._state set value = replace(value, '"version":4', '"version":5') where ${HEAD}`,
        /is of version 5, and this program knows 4.*Use the newer deepgram-export/s,
      ],
      [
        'a row is no JSON',
        `update deepgram_state._state set value = left(value, 20) where ${OF_REQUESTS}`,
        /it is damaged at checkpoints \["deepgram","requests","p-1"\].*state repair/s,
      ],
      [
        'a day is none',
        `update deepgram_state._state set value = replace(value, '2026-11-19', '2026-13-19') where ${OF_REQUESTS}`,
        /it is damaged at sources\.deepgram\.requests\.p-1\.archive\.open.*state repair/s,
      ],
      [
        'a row is gone',
        `delete from deepgram_state._state where ${OF_REQUESTS}`,
        /it is damaged at rows.*state repair/s,
      ],
      [
        'its head is gone',
        `delete from deepgram_state._state where ${HEAD}`,
        /it is damaged at version.*state repair/s,
      ],
      [
        'a name is none',
        `update deepgram_state._state set name = 'requests' where ${OF_REQUESTS}`,
        /it is damaged at checkpoints requests.*state repair/s,
      ],
    ])('%s', async (_, damage, words) => {
      const world = await stateWorld();
      await world.run('sync');
      await world.database.sql(damage);
      const before = await contents(world.database);

      const runs = [
        await world.run('sync'),
        await world.run('check'),
        await world.run('plan'),
        await world.run('state show'),
      ];

      expect(runs.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
      for (const { stdout, stderr } of runs) expect(stdout + stderr).toMatch(words);
      expect(await contents(world.database)).toEqual(before);
    });

    it('and is set aside by `state repair`: the next run begins anew', async () => {
      const world = await stateWorld();
      await world.run('sync');
      await world.database.sql(`update deepgram_state._state set value = '{' where ${OF_REQUESTS}`);

      const repaired = await world.run('state repair');
      const healthy = await world.run('state repair');

      expect(repaired).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          /^The state was set aside as rows of the kind checkpoints\.2026-11-20T12-00-00-000Z in PostgreSQL at .* The next sync begins anew/,
        ),
      });
      expect(healthy.stdout).toMatch(/^There is no state in PostgreSQL at .*; nothing to repair\.\n$/);
      expect((await world.run('sync')).code).toBe(0);
      const kinds = await world.database.sql('select distinct kind from deepgram_state._state order by 1');
      expect(kinds.map(({ kind }) => kind)).toEqual([
        'checkpoints',
        'checkpoints.2026-11-20T12-00-00-000Z',
        'last_readings',
        'last_readings.2026-11-20T12-00-00-000Z',
        'layout',
        'memory',
        'memory.2026-11-20T12-00-00-000Z',
      ]);
    });
  },
);
