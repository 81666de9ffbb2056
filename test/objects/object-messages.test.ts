import { expect, it } from 'vitest';
import { objectWorld } from './object-world.js';
import { KEYS, objectContents } from './running-store.js';

const LINES = 'lines: { type: ndjson, path: "s3://bucket/lines" }';

it('`check` says that a store works and leaves nothing in it, and why one does not', async () => {
  const world = await objectWorld({ sinks: [LINES], state: 's3://bucket/state.json' });

  const works = await world.run('check');
  world.store.keys = { ...KEYS, secretAccessKey: 'another one' };
  const refused = await world.run('check');

  expect(works.code).toBe(0);
  expect(works.stdout).toContain('write to s3://bucket/lines');
  expect(objectContents(world.store, '')).toEqual({});
  expect(refused.code).toBe(2);
  expect(refused.stdout).toMatch(/The state cannot be used: .*\(SignatureDoesNotMatch\)/);
  expect(refused.stdout).toMatch(/Could not write s3:\/\/bucket\/lines\/\.check-.*\(SignatureDoesNotMatch\)/);
  expect(refused.stdout).toContain('Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
});

it('a bucket that is not there, and keys that may not write, end the sink and name both; other sinks go on', async () => {
  const world = await objectWorld({
    sinks: ['lines: { type: ndjson, path: "s3://elsewhere/lines" }', 'archive: { type: ndjson, path: out }'],
  });

  const run = await world.run('sync', '--stream', 'usage');

  expect(run.code).toBe(4);
  expect(run.stdout).toMatch(/s3:\/\/elsewhere\/lines.*\(NoSuchBucket\)/);
  expect(Object.keys(await world.terminal.files('out'))).not.toEqual([]);
});

it('no key of the environment is ever printed or written, whoever repeats it', async () => {
  const secret = KEYS.secretAccessKey;
  const world = await objectWorld({
    sinks: [LINES],
    account: { projects: [{ id: 'p-1', name: `Named ${secret}` }] },
  });

  const runs = [await world.run('sync', '--stream', 'projects', '--verbose'), await world.run('plan')];

  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  const said = JSON.stringify([runs, objectContents(world.store, ''), world.store.calls]);
  expect(said).not.toContain(secret);
  expect(said).not.toContain(encodeURIComponent(secret));
  expect(said).toContain('Named [REDACTED]');
});

it.each([
  ['replay', '--from', 's3://bucket/lines', 'an archive in an object store is not read'],
  [
    'report',
    '--month',
    '2026-11',
    'lines (ndjson) was passed over: an archive in an object store is not read for it.',
  ],
])('`%s` says that it does not read an archive there', async (command, option, value, words) => {
  const world = await objectWorld({ sinks: [LINES] });

  const run = await world.run(command, option, value);

  expect(run.code).toBe(2);
  expect(run.stderr + run.stdout).toContain(words);
  expect(world.store.calls).toEqual([]);
});

it('`validate` contacts no store', async () => {
  const world = await objectWorld({ sinks: [LINES], state: 's3://bucket/state.json' });
  await world.store.close();

  const validated = await world.run('validate', '--env');

  expect(validated.code).toBe(0);
});
