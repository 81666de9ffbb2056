import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apiKeys, projects } from '../../../connectors/deepgram/streams/account.js';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../connectors/deepgram/streams/usage.js';
import { folderContents } from '../../../connectors/testing/folder-contents.js';
import {
  anyRun,
  begin,
  deliver,
  keepColumns,
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
    'README.txt',
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

  expect(await pathsOf(folder)).toEqual(['README.txt', 'datapackage.json']);
});

test.each(['../../etc/passwd', '=cmd()', 'a.b', 'Zürich 東京', 'x'.repeat(300), '..'])(
  'the project %s stays in the folder, in a name without extra dots',
  async (id) => {
    const folder = await newFolder();

    await run(folder, daily, [usageOf(id, '2026-11-20', 1)]);

    const [name = '', ...others] = await readdir(join(folder, 'usage'));
    expect(others).toEqual([]);
    expect(name).toMatch(/^usage_[^./\\]+_2026-11-20\.csv$/);
    expect((await readdir(folder)).sort()).toEqual(['.counts', 'README.txt', 'datapackage.json', 'usage']);
  },
);

describe('files of days that have other columns than those of today', () => {
  const row = rowOf(requests, {
    project_id: 'p1',
    request_id: 'r1',
    created_at: '2026-11-20T11:59:47.434302Z',
    date: '2026-11-20',
    error_message: 'no, "none"',
    tags: ['a,b', 'c'],
    cost_usd: 0.5,
  });
  const own = ['requests', 'requests_p1_2026-11-20.csv'] as const;
  const child = ['requests_tags', 'requests_tags_p1_2026-11-20.csv'] as const;
  const again = { ...daily, streams: [requests] };
  const heldIn = async (folder: string) => {
    const days = await openSink(folder, daily).held?.(
      requests,
      { id: 'p1', name: null },
      ['2026-11-20'],
      never,
    );
    return days?.get('2026-11-20');
  };

  /** A day as a version wrote it whose tables had neither a date nor, for tags, what they cost. */
  async function olderFolder(changed: 'both' | 'child' = 'both'): Promise<string> {
    const folder = await newFolder();
    await run(folder, daily, [{ stream: requests, batches: [[row]] }]);
    if (changed === 'both') {
      await keepColumns(join(folder, ...own), (name) => name !== 'date' && name !== 'is_error');
    }
    await keepColumns(join(folder, ...child), (name) => ['project_id', 'request_id', 'tag'].includes(name));
    await rm(join(folder, '.counts'), { recursive: true });
    return folder;
  }

  test('are written anew, though their days are not delivered again', async () => {
    const folder = await olderFolder();

    await run(folder, again, []);

    const [request] = await readTable(folder, ...own);
    expect(request).toMatchObject({
      created_at: '2026-11-20 11:59:47.434',
      error_message: 'no, "none"',
      cost_usd: '0.5',
      date: '2026-11-20',
    });
    expect(Object.keys(request ?? {})).toEqual([...requests.fields.map(({ name }) => name), 'is_error']);
    expect(await readTable(folder, ...child)).toMatchObject([
      { tag: 'a,b', date: '2026-11-20' },
      { tag: 'c', date: '2026-11-20' },
    ]);
  });

  test('lose what is not wanted any more, and a byte order mark too', async () => {
    const folder = await newFolder();
    const key = (includeEmails: boolean, project: string) => {
      const stream = apiKeys({ includeEmails });
      const values = { project_id: project, api_key_id: 'k', member_email: 'ann@example.com' };
      return { stream, project, day: null, batches: [[rowOf(stream, values)]] };
    };
    await run(folder, { ...daily, bom: true }, [key(true, 'p1')]);

    await run(folder, daily, [key(false, 'p2')]);

    const header = `${apiKeys({ includeEmails: false }).fields.map(({ name }) => name)}\r\n`;
    for (const project of ['p1', 'p2']) {
      const text = await readText(folder, 'api_keys', `api_keys_${project}_snapshot.csv`);
      expect(text.startsWith(header)).toBe(true);
      expect(text).not.toContain('ann@example.com');
    }
  });

  test.each(['both', 'child'] as const)(
    'count as held before and after, and are then left alone (%s)',
    async (changed) => {
      const folder = await olderFolder(changed);
      const before = await heldIn(folder);
      // A run asks first, and remembers how long the files were.
      const sink = openSink(folder, again);
      await sink.held?.(requests, { id: 'p1', name: null }, ['2026-11-20'], never);
      await sink.finish?.(anyRun, never);

      const after = await heldIn(folder);
      const { ino } = await stat(join(folder, ...child));
      await run(folder, again, []);

      expect(before).toMatchObject({ records: 1, sums: { cost_usd: 0.5 } });
      expect(after).toEqual(before);
      expect((await stat(join(folder, ...child))).ino).toBe(ino);
    },
  );

  test('are not begun once the run is interrupted', async () => {
    const folder = await olderFolder();
    const before = await readText(folder, ...own);

    const closing = openSink(folder, again).finish?.(anyRun, AbortSignal.abort());

    await expect(closing).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await readText(folder, ...own)).toBe(before);
  });
});
