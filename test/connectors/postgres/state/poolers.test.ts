import { describe, expect, it } from 'vitest';
import { hasPostgres, postgresServer } from '../postgres-server.js';
import { hasPgBouncer, type PoolerOptions, startPooler } from './pooler.js';
import { stateWorld } from './state-world.js';

const REFUSED = /state (cannot|in).*a pooler .*Name the server itself.*pool_mode = session/s;

describe.skipIf(!hasPostgres || !hasPgBouncer)('a pooler before the database of the state', () => {
  it.each<[string, PoolerOptions]>([
    ['in transaction mode', { mode: 'transaction' }],
    [
      'in transaction mode, handing out two backends in turn',
      {
        mode: 'transaction',
        settings: ['server_round_robin = 1', 'min_pool_size = 2', 'default_pool_size = 2'],
      },
    ],
    ['in transaction mode, with one backend', { mode: 'transaction', settings: ['default_pool_size = 1'] }],
    ['in statement mode', { mode: 'statement' }],
  ])('%s is refused, by check too, and nothing is made or held', async (_, options) => {
    const port = await startPooler(await postgresServer(), options);
    const world = await stateWorld({ url: ({ server, name }) => server.url(name, { port }) });

    const [check, sync] = [await world.run('check'), await world.run('sync')];

    expect(check).toMatchObject({ code: 2, stdout: expect.stringMatching(REFUSED) });
    expect(sync).toMatchObject({ code: 2, stderr: expect.stringMatching(REFUSED) });
    expect(
      await world.database.sql(
        "select to_regnamespace('deepgram_state') as schema, count(*) as locks from pg_locks where locktype = 'advisory'",
      ),
    ).toEqual([{ schema: null, locks: '0' }]);
  });

  it('in session mode changes nothing', async () => {
    const port = await startPooler(await postgresServer(), { mode: 'session' });
    const world = await stateWorld({ url: ({ server, name }) => server.url(name, { port }) });

    const runs = [await world.run('check'), await world.run('sync'), await world.run('sync')];

    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await world.database.sql("select count(*) from pg_locks where locktype = 'advisory'")).toEqual([
      { count: '0' },
    ]);
  });
});
