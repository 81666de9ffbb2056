import { expect, it } from 'vitest';
import type { ObjectStore, StoreFault } from '../../connectors/stand-ins/s3/object-store.js';
import { NOW } from '../cli/terminal.js';
import { ARCHIVE, intake } from '../cli/world.js';
import { storedLogs } from '../connectors/datadog/logs/log-account.js';
import { objectWorld } from './object-world.js';
import { objectContents } from './running-store.js';

const STATE = 's3://bucket/a b/state.json';
const LOGS = 'logs: { type: datadog-logs, api_key: dd-key-for-tests, api_url: "URL" }';

function stateWorld(options: Partial<Parameters<typeof objectWorld>[0]> = {}) {
  return objectWorld({ sinks: [ARCHIVE], state: STATE, ...options });
}

/** A lock as a run somewhere would have left it. */
function leaveLock(store: ObjectStore, beatAt: number): void {
  const holder = {
    id: 'other',
    pid: 4_711,
    host: 'elsewhere',
    since: '2026-11-20T11:00:00Z',
    beat_at: beatAt,
  };
  const bytes = Buffer.from(JSON.stringify(holder));
  const about = { etag: '"of-another-run"', modifiedMs: NOW, metadata: {} };
  store.buckets.get('bucket')?.objects.set('a b/state.json.lock', { bytes, ...about });
}

it('is made by the first run, and the next one reads nothing that is closed', async () => {
  const world = await stateWorld({ window: 'since: 9d' });

  const first = await world.run('sync');
  const asked = world.account.calls.length;
  const second = await world.run('sync');

  expect([first, second]).toMatchObject([{ code: 0 }, { code: 0 }]);
  expect(world.account.calls.length - asked).toBeLessThan(asked / 3);
  expect((await world.run('state show')).stdout).toMatch(
    /archive +requests +Support line +2026-11-11 to 2026-11-16 +2026-11-17 to 2026-11-20$/m,
  );
  expect(await world.terminal.files('.deepgram-export')).toEqual({});
  expect(Object.keys(objectContents(world.store, 'a b/')).sort()).toEqual([
    'state.json',
    'state.json.memory',
    ...Object.keys(objectContents(world.store, 'a b/'))
      .filter((key) => key.startsWith('state.json.readings/'))
      .sort(),
  ]);
});

it('is looked at by plan, check, dry runs and `state show`, which leave nothing', async () => {
  const world = await stateWorld();
  const looking = ['validate', 'plan', 'check', 'sync --dry-run', 'state show'];

  const before = [];
  for (const command of looking) before.push(await world.run(command));
  const left = objectContents(world.store, '');
  await world.run('sync');
  const state = objectContents(world.store, '');
  const after = [];
  for (const command of looking) after.push(await world.run(command));

  expect([...before, ...after].map(({ code }) => code)).toEqual([...looking, ...looking].map(() => 0));
  expect(left).toEqual({});
  expect(before.at(-1)?.stdout).toBe(`There is no state in ${STATE} yet: the first sync begins it.\n`);
  expect(objectContents(world.store, '')).toEqual(state);
});

it('lets one run at a time in: exit 6 for the other one, which has done nothing', async () => {
  const world = await stateWorld();
  await world.run('sync');
  leaveLock(world.store, NOW);
  const before = objectContents(world.store, '');

  const second = await world.run('sync');

  expect(second).toMatchObject({
    code: 6,
    stderr: expect.stringMatching(
      /Another run works on s3:\/\/bucket\/a b\/state\.json: process 4711 on elsewhere.*--wait.*remove s3:\/\/bucket\/a b\/state\.json\.lock/s,
    ),
  });
  expect(objectContents(world.store, '')).toEqual(before);
});

it('lets one of many in that begin at once, and tells the others', async () => {
  const world = await stateWorld();

  const runs = await Promise.all([1, 2, 3, 4].map(() => world.run('sync')));

  const codes = runs.map(({ code }) => code);
  expect(new Set(codes)).toEqual(new Set([0, 6]));
  expect(codes.filter((code) => code === 0).length).toBeGreaterThan(0);
  expect(Object.keys(objectContents(world.store, '')).filter((key) => key.endsWith('.lock'))).toEqual([]);
});

it('is taken over from a run that was silent and stays so, and not from one that shows itself', async () => {
  const taken = await stateWorld();
  leaveLock(taken.store, NOW - 61_000);
  const kept = await stateWorld();
  leaveLock(kept.store, NOW - 61_000);
  // It is looked at a second time, in which the other one has shown itself.
  let looks = 0;
  kept.store.fault = ({ method, key }) => {
    if (method === 'GET' && key.endsWith('.lock')) looks += 1;
    if (looks === 2) leaveLock(kept.store, NOW);
    return undefined;
  };

  const runs = [await taken.run('sync'), await kept.run('sync')];

  expect(runs[0]).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Taking over the lock of a run that is gone: process 4711 on elsewhere'),
  });
  expect(runs[1]?.code).toBe(6);
});

it('is written no more by a run that was taken for dead: it is told, and what the other one wrote stays', async () => {
  const world = await stateWorld();
  await world.run('sync', '--stream', 'usage');
  const objects = world.store.buckets.get('bucket')?.objects;
  const ofOther = Buffer.from('what the other run has written');
  // While the run reads, another one takes its lock over and writes.
  let isTaken = false;
  world.store.fault = ({ method, key }) => {
    if (isTaken || method !== 'PUT' || key !== 'a b/state.json') return undefined;
    isTaken = true;
    leaveLock(world.store, NOW);
    objects?.set(key, { bytes: ofOther, etag: '"of-another"', modifiedMs: NOW, metadata: {} });
    return undefined;
  };

  const run = await world.run('sync');

  expect(run.code).not.toBe(0);
  expect(run.stdout + run.stderr).toContain(
    'The lock s3://bucket/a b/state.json.lock was taken away from this run, which has stopped.',
  );
  expect(objects?.get('a b/state.json')?.bytes.toString()).toBe(ofOther.toString());
  expect(objects?.get('a b/state.json.lock')?.etag).toBe('"of-another-run"');
});

it.each(['ignored', 'refused'] as const)(
  'is refused in a store by which conditions of a write are %s, before anything is trusted to it',
  async (conditions) => {
    const world = await stateWorld({ store: { rules: { conditions } } });

    const [sync, check] = [await world.run('sync'), await world.run('check')];

    expect([sync.code, check.code]).toEqual([2, 2]);
    expect(sync.stderr).toContain('does not heed If-None-Match');
    expect(sync.stderr).toContain('Keep the state elsewhere');
    expect(check.stdout).toContain('does not heed If-None-Match');
    expect(objectContents(world.store, '')).toEqual({});
  },
);

it.each<StoreFault>(['slow-down', 'conflict', 'lost-answer', 'no-answer'])(
  'and its journal bear every kind of call that meets %s: each log is sent once, and the outcome is the same',
  async (fault) => {
    const datadog = await intake('dd-key-for-tests');
    const sinks = [ARCHIVE, LOGS.replace('URL', datadog.url)];
    const [tormented, quiet] = [await stateWorld({ sinks }), await stateWorld({ sinks: [ARCHIVE] })];
    const met = new Set<string>();
    tormented.store.fault = ({ method, key, query }) => {
      const kind = `${method} ${key.replace(/[0-9a-f-]{36}/, 'ID')} ${query}`;
      if (met.has(kind)) return undefined;
      met.add(kind);
      return fault;
    };

    const runs = [await tormented.run('sync'), await tormented.run('sync')];
    await quiet.run('sync');
    await quiet.run('sync');

    const ids = storedLogs(datadog).map(({ http }) => (http as { readonly request_id: string }).request_id);
    expect(runs.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0]);
    expect(met.size).toBeGreaterThan(20);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.keys(objectContents(tormented.store, '')).filter((key) => /lock|check/.test(key))).toEqual(
      [],
    );
    expect((await tormented.run('state show')).stdout).toContain(
      (await quiet.run('state show')).stdout.split('\n')[1] ?? '-',
    );
  },
);

it('is repaired by being set aside, and forgets sinks', async () => {
  const world = await stateWorld();
  await world.run('sync');
  const objects = world.store.buckets.get('bucket')?.objects;

  const forgotten = await world.run('state forget', 'archive');
  const shown = await world.run('state show');
  const found = objects?.get('a b/state.json');
  if (found) objects?.set('a b/state.json', { ...found, bytes: Buffer.from('{ damaged') });
  const refused = await world.run('sync');
  const repaired = await world.run('state repair');
  const after = await world.run('sync');

  expect([forgotten.code, refused.code, repaired.code, after.code]).toEqual([0, 2, 0, 0]);
  expect(shown.stdout).not.toContain('archive');
  expect(refused.stderr).toContain(`The state in ${STATE} cannot be used: it is no JSON`);
  expect(repaired.stdout).toContain('set aside as s3://bucket/a b/state.json.2026-11-20T12-00-00-000Z');
  expect(objectContents(world.store, 'a b/')['state.json.2026-11-20T12-00-00-000Z']).toBe('{ damaged');
});

it('sends nothing more of a run that was taken for dead, and is told of it by the batch that another one has begun', async () => {
  const datadog = await intake('dd-key-for-tests');
  const world = await stateWorld({ sinks: [ARCHIVE, LOGS.replace('URL', datadog.url)] });
  const objects = world.store.buckets.get('bucket')?.objects;
  world.store.fault = ({ method, key }) => {
    // What another run, which has taken the lock over, is about to send.
    if (method === 'PUT' && key.includes('state.json.delivered/') && !objects?.has(key))
      objects?.set(key, {
        bytes: Buffer.from('{"intent":["x"]}'),
        etag: '"other"',
        modifiedMs: NOW,
        metadata: {},
      });
    return undefined;
  };

  const run = await world.run('sync');

  expect(run.code).not.toBe(0);
  expect(run.stdout + run.stderr).toContain('was taken away from this run, which has stopped');
  expect(storedLogs(datadog)).toEqual([]);
});
