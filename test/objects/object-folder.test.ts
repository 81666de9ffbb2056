import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ndjsonSink } from '../../connectors/ndjson/ndjson-sink.js';
import type { ObjectStore, StoreFault } from '../../connectors/stand-ins/s3/object-store.js';
import { folderContents } from '../../connectors/testing/folder-contents.js';
import { deliver, inRun } from '../../connectors/testing/promises/one-run.js';
import { manyRequests, partitionOf } from '../../connectors/testing/sample-records.js';
import { sinkContext } from '../../connectors/testing/sink-context.js';
import type { Sink } from '../../src/catalogue/sink.js';
import { failureOf } from '../../src/errors/export-error.js';
import { folderAt } from '../../src/file-sinks/output-at.js';
import { objectFolder } from '../../src/objects/object-folder.js';
import { systemClock } from '../../src/time/clock.js';
import { environmentOf, KEYS, objectContents, runningStore } from './running-store.js';

const DAY = '2026-11-20';
const signal = new AbortController().signal;
/** Parts that a test can fill. */
const SIZES = { mostHeld: 20_000, part: 10_000 };
const RULES = { leastPart: SIZES.part };

/** A sink of lines in a store, as a run of its own would have it; waits take no time. */
function linesIn(store: ObjectStore, compression: 'none' | 'gzip' = 'none'): Sink {
  const clock = { now: () => Date.now(), sleep: async () => {} };
  const context = sinkContext('/nowhere', { env: environmentOf(store), clock });
  const settings = { path: 's3://bucket/out', compression };
  return ndjsonSink(settings, context, objectFolder(settings.path, context, SIZES));
}

/** Delivers so many requests of a day in a run of its own. */
async function run(store: ObjectStore, requests: number, compression?: 'gzip'): Promise<void> {
  const open = async () => linesIn(store, compression);
  const subject = { open } as Parameters<typeof inRun>[0]; // safe: no more of it is used
  await inRun(subject, (sink) => deliver(sink, partitionOf('requests', DAY), manyRequests(requests)));
}

const KEY = `out/requests/project_id=${partitionOf('requests', DAY).project.id}/date=${DAY}/part.ndjson`;

function partition(store: ObjectStore): string[] | undefined {
  return objectContents(store, '')[KEY]?.split('\n').slice(0, -1);
}

it('gives every project a folder of its own, whatever its id, as on disk', async () => {
  const store = await runningStore();
  const cwd = await mkdtemp(join(tmpdir(), 'objects-'));
  const context = sinkContext(cwd, { env: environmentOf(store) });
  const ids = ['../..', 'a/b', '?x=1#y', '%2e%2e', 'sp ace+plus', '語 «ü»', "!'()*", '&<>"', '.', ''];
  const settings = { path: 'out', compression: 'none' } as const;

  for (const output of [objectFolder('s3://bucket/out', context), folderAt('out', context)]) {
    const sink = ndjsonSink(settings, context, output);
    const { stream } = partitionOf('usage', DAY);
    const projects = ids.map((id) => ({ id, name: null }));
    for (const project of projects) await deliver(sink, { stream, project, day: DAY }, []);
    const held = await Promise.all(projects.map((project) => sink.held?.(stream, project, [DAY], signal)));
    expect(held.map((days) => days?.size)).toEqual(ids.map(() => 1));
    await sink.dispose?.();
  }

  const keys = Object.keys(objectContents(store, 'out/')).sort();
  expect(keys).toHaveLength(ids.length);
  expect(keys).toEqual(Object.keys(await folderContents(join(cwd, 'out'))).sort());
  expect(store.refusals).toEqual([]);
});

it('sends in parts what is large, and what is small at once', async () => {
  const store = await runningStore({ rules: RULES });

  await run(store, 10);
  const small = store.calls.filter(({ key, method }) => key === KEY && method !== 'GET');
  await run(store, 300);

  const large = store.calls.filter(({ key, method }) => key === KEY && method !== 'GET').slice(small.length);
  expect(small.map(({ method, query }) => [method, query])).toEqual([['PUT', '']]);
  expect(large.map(({ method }) => method)).toEqual(['POST', ...large.slice(2).map(() => 'PUT'), 'POST']);
  expect(large.length).toBeGreaterThan(10);
  expect(partition(store)).toHaveLength(300);
  expect(store.buckets.get('bucket')?.uploads.size).toBe(0);
});

it.each<[string, (seen: { method: string; query: string }) => boolean, StoreFault]>([
  ['a slow store', () => true, 'slow-down'],
  ['conflicts', ({ method }) => method !== 'GET', 'conflict'],
  ['calls that nobody answers', () => true, 'no-answer'],
  ['answers that get lost', () => true, 'lost-answer'],
  [
    'an end of parts that fails after all',
    ({ query, method }) => method === 'POST' && query.startsWith('uploadId'),
    'late-error',
  ],
])('overcomes %s: everything is there once, and no part is left', async (_what, isMet, fault) => {
  const store = await runningStore({ rules: RULES });
  const met = new Set<string>();
  store.fault = (call) => {
    const what = `${call.method} ${call.key} ${call.query}`;
    if (!isMet(call) || met.has(what)) return undefined;
    met.add(what);
    return fault;
  };

  await run(store, 300);
  const first = objectContents(store, '');
  await run(store, 300);

  expect(met.size).toBeGreaterThan(0);
  expect(partition(store)).toHaveLength(300);
  expect(objectContents(store, '')).toEqual(first);
  // Of an upload whose beginning was not answered nobody knows; it is empty.
  const left = [...(store.buckets.get('bucket')?.uploads.values() ?? [])];
  expect(left.flatMap(({ parts }) => [...parts.keys()])).toEqual([]);
});

it('leaves what was there, and no part, where a large partition is given up', async () => {
  const store = await runningStore({ rules: RULES });
  await run(store, 5);
  const sink = linesIn(store);

  const writer = await sink.begin(partitionOf('requests', DAY), signal);
  await writer.write(manyRequests(300));
  const during = store.buckets.get('bucket')?.uploads.size;
  await writer.abort(failureOf(new Error('the source failed')));
  await sink.dispose?.();

  expect(during).toBe(1);
  expect(partition(store)).toHaveLength(5);
  expect(store.buckets.get('bucket')?.uploads.size).toBe(0);
});

it('takes back what runs that are gone left of large partitions, after a day, and only its own', async () => {
  const at = { ms: Date.parse('2026-11-20T12:00:00Z') };
  const store = await runningStore({ rules: { ...RULES, pageSize: 1 }, now: () => at.ms });
  const clock = { ...systemClock, now: () => at.ms };
  const context = sinkContext('/nowhere', { env: environmentOf(store), clock });
  const begin = async (path: string) => {
    const output = objectFolder(path, context, SIZES);
    const file = await output.createFile(['a b', 'part']);
    await file.write(Buffer.alloc(30_000));
    await output.dispose?.(); // as one that was killed leaves it
  };
  const left = () => [...(store.buckets.get('bucket')?.uploads.values() ?? [])].map(({ key }) => key).sort();
  for (const path of ['s3://bucket/out', 's3://bucket/out', 's3://bucket/outside', 's3://bucket/other'])
    await begin(path);
  at.ms += 23 * 3_600_000;
  await begin('s3://bucket/out');

  for (const _ of [1, 2]) {
    const output = objectFolder('s3://bucket/out', context);
    await output.tidyUp?.();
    await output.dispose?.();
    at.ms += 2 * 3_600_000;
  }

  expect(left()).toEqual(['other/a b/part', 'out/a b/part', 'outside/a b/part']);
});

it('removes a partition of the other compression, and asks to remove nothing that is not there', async () => {
  const store = await runningStore();
  await run(store, 3);
  await run(store, 3, 'gzip');

  expect(Object.keys(objectContents(store, '')).filter((key) => key.startsWith('out/requests/'))).toEqual([
    `${KEY}.gz`,
  ]);
  expect(store.calls.filter(({ method }) => method === 'DELETE').map(({ key }) => key)).toEqual([KEY]);
});

it('counts a partition anew that somebody else has changed, and does not hold one that is damaged', async () => {
  const store = await runningStore({ rules: RULES });
  await run(store, 300, 'gzip');
  const objects = store.buckets.get('bucket')?.objects;
  const whole = objects?.get(`${KEY}.gz`);
  const heldNow = async () => {
    const { stream, project } = partitionOf('requests', DAY);
    const sink = linesIn(store, 'gzip');
    const held = await sink.held?.(stream, project, [DAY], signal);
    await sink.dispose?.();
    return held?.get(DAY)?.records;
  };
  const reads = () => store.calls.filter(({ method, key }) => method === 'GET' && key === `${KEY}.gz`).length;

  const noted = await heldNow();
  const readsOfNoted = reads();
  for (const key of objects?.keys() ?? []) if (key.includes('/.counts/')) objects?.delete(key);
  const counted = await heldNow();
  if (whole) objects?.set(`${KEY}.gz`, { ...whole, bytes: whole.bytes.subarray(0, -9) });
  const damaged = await heldNow();

  expect([noted, readsOfNoted, counted, damaged]).toEqual([300, 0, 300, undefined]);
  expect(reads()).toBeGreaterThan(0);
});

it.each([
  ['what defines what XML means', '<!DOCTYPE x [<!ENTITY a "b">]><ListBucketResult>&a;</ListBucketResult>'],
  [
    'the same page again and again',
    '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>',
  ],
  ['a list without its end', '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>'],
  ['no list', '<Other/>'],
  ['no XML', 'nothing to see'],
])('refuses an answer that is %s', async (_what, answer) => {
  const server = createServer((_request, response) => void response.end(answer));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = { now: () => Date.now(), sleep: async () => {} };
  const env = environmentOf({ url, keys: KEYS });
  const output = objectFolder('s3://bucket/out', sinkContext('/nowhere', { env, clock }));
  onTestFinished(() => output.dispose?.());

  const listed = output.entries([]).catch((error) => failureOf(error));

  expect(await listed).toMatchObject({
    code: 'HTTP_BODY',
    message: expect.stringContaining('list s3://bucket/out'),
  });
});

it('takes nothing for its own that a store lists beside what was asked for', async () => {
  const list = ['out/a/b', 'outside', 'other/x'].map(
    (key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`,
  );
  const server = createServer(
    (_request, response) => void response.end(`<ListBucketResult>${list.join('')}</ListBucketResult>`),
  );
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const env = environmentOf({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys: KEYS,
  });
  const output = objectFolder('s3://bucket/out', sinkContext('/nowhere', { env }));
  onTestFinished(() => output.dispose?.());

  expect((await output.entries([])).map(({ name }) => name)).toEqual(['a/b']);
});
