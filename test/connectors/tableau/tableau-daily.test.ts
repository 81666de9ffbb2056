import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projects } from '../../../connectors/deepgram/streams/account.js';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../connectors/deepgram/streams/usage.js';
import { folderContents } from '../../../connectors/testing/folder-contents.js';
import {
  anyRun,
  begin,
  deliver,
  never,
  newFolder,
  openSink,
  pathsOf,
  readTable,
  readText,
  rowOf,
  run,
  usageOf,
} from './tableau-folder.js';

const daily = { layout: 'daily' } as const;

test('each partition is a file of its own, named after it, and there with its commit', async () => {
  const folder = await newFolder();
  const sink = openSink(folder, daily);

  await deliver(sink, usageOf('p1', '2026-11-20', 1));
  await deliver(sink, usageOf('p2', '2026-11-20', 2));
  await deliver(sink, { stream: projects, day: null, batches: [[rowOf(projects, { project_id: 'p1' })]] });

  expect(await pathsOf(folder)).toEqual([
    'projects/projects_p1_snapshot.csv',
    'usage/usage_p1_2026-11-20.csv',
    'usage/usage_p2_2026-11-20.csv',
  ]);
});

test('every file has the same header, also an empty one', async () => {
  const folder = await newFolder();

  await run(folder, daily, [
    usageOf('p1', '2026-11-20', 1),
    { stream: usage, day: '2026-11-21', batches: [] },
  ]);

  const full = await readText(folder, 'usage', 'usage_p1_2026-11-20.csv');
  const empty = await readText(folder, 'usage', 'usage_p1_2026-11-21.csv');
  expect(full.startsWith(empty)).toBe(true);
  expect(empty).toBe(`${usage.fields.map((field) => field.name).join(',')}\r\n`);
});

test('the byte order mark begins each file when asked for', async () => {
  const folder = await newFolder();

  await run(folder, { ...daily, bom: true }, [
    usageOf('p1', '2026-11-20', 1),
    usageOf('p1', '2026-11-21', 1),
  ]);

  for (const name of await readdir(join(folder, 'usage'))) {
    expect(await readText(folder, 'usage', name)).toMatch(/^\uFEFFproject_id,/);
  }
});

test('requests come with the files of their child tables', async () => {
  const folder = await newFolder();

  await run(folder, daily, [
    { stream: requests, batches: [[rowOf(requests, { request_id: 'r1', tags: ['a', 'b'] })]] },
  ]);

  expect(await pathsOf(folder)).toEqual([
    '.counts/requests/project_id=p1.json',
    'datapackage.json',
    'requests/requests_p1_2026-11-20.csv',
    'requests_features/requests_features_p1_2026-11-20.csv',
    'requests_models/requests_models_p1_2026-11-20.csv',
    'requests_tags/requests_tags_p1_2026-11-20.csv',
  ]);
  expect(await readTable(folder, 'requests_tags', 'requests_tags_p1_2026-11-20.csv')).toHaveLength(2);
});

test('a later run replaces its days, keeps the others and writes the same bytes again', async () => {
  const folder = await newFolder();
  await run(folder, daily, [usageOf('p1', '2026-11-19', 1), usageOf('p1', '2026-11-20', 5)]);
  await run(folder, daily, [usageOf('p1', '2026-11-20', 2)]);
  const before = await folderContents(folder);

  await run(folder, daily, [usageOf('p1', '2026-11-20', 2)]);

  expect(await folderContents(folder)).toEqual(before);
  expect(await readTable(folder, 'usage', 'usage_p1_2026-11-19.csv')).toMatchObject([{ hours: '1.0' }]);
  expect(await readTable(folder, 'usage', 'usage_p1_2026-11-20.csv')).toMatchObject([{ hours: '2.0' }]);
});

test('an aborted partition leaves no file', async () => {
  const folder = await newFolder();
  const sink = openSink(folder, daily);
  const writer = await begin(sink, { stream: requests });
  await writer.write([rowOf(requests, { request_id: 'r1', tags: ['a'] })]);

  await writer.abort({ code: 'ABORTED', kind: 'interrupted', message: 'stopped' });
  await sink.finish?.(anyRun, never);

  expect(await pathsOf(folder)).toEqual(['datapackage.json']);
});

test.each(['../../etc/passwd', '=cmd()', 'a.b', 'Zürich 東京', 'x'.repeat(300), '..'])(
  'the project %s stays in the folder, in a name without extra dots',
  async (id) => {
    const folder = await newFolder();

    await run(folder, daily, [usageOf(id, '2026-11-20', 1)]);

    const [name = '', ...others] = await readdir(join(folder, 'usage'));
    expect(others).toEqual([]);
    expect(name).toMatch(/^usage_[^./\\]+_2026-11-20\.csv$/);
    expect((await readdir(folder)).sort()).toEqual(['.counts', 'datapackage.json', 'usage']);
  },
);
