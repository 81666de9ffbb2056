import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import type { Row, Value } from '../../../src/streams/field.js';
import { deliver, newFolder, openSink, pathsOf, readTable, readText, rowOf, run } from './tableau-folder.js';

function request(id: string, values: Readonly<Record<string, Value>> = {}): Row {
  return rowOf(requests, { project_id: 'p1', request_id: id, status: 'success', ...values });
}

/** What the child tables have of the request itself, behind the item. */
const AFTER = ['date', 'cost_usd', 'audio_seconds'];

async function tablesOf(rows: readonly Row[]) {
  const folder = await newFolder();
  await run(folder, {}, [{ stream: requests, batches: [rows] }]);
  const cells = async (file: string) =>
    (await readTable(folder, file)).map((row) => Object.values(row).slice(0, -AFTER.length));
  return {
    folder,
    tags: await cells('requests_tags.csv'),
    models: await cells('requests_models.csv'),
    features: await cells('requests_features.csv'),
  };
}

test('is_error is 1 for an error, 0 for a success and empty for the others, in the last column', async () => {
  const statuses = ['error', 'success', 'pending', 'unknown', 'lost'];

  const { folder } = await tablesOf(statuses.map((status) => request(status, { status })));

  const table = await readTable(folder, 'requests.csv');
  expect(table.map((row) => row.is_error)).toEqual(['1', '0', '', '', '']);
  const [header] = (await readText(folder, 'requests.csv')).split('\r\n');
  expect(header).toBe([...requests.fields.map((field) => field.name), 'is_error'].join(','));
});

test('each tag and feature of a request is a row of its child table', async () => {
  const { tags, features } = await tablesOf([
    request('r1', { tags: ['prod', 'web'], features: ['diarize'] }),
    request('r2', { tags: ['prod'], features: [] }),
    request('r3'),
  ]);

  expect(tags).toEqual([
    ['p1', 'r1', 'prod'],
    ['p1', 'r1', 'web'],
    ['p1', 'r2', 'prod'],
  ]);
  expect(features).toEqual([['p1', 'r1', 'diarize']]);
});

test('a tag keeps its | in the child table, counts once a request, and an empty one is none', async () => {
  const { tags } = await tablesOf([request('r1', { tags: ['a|b', 'a|b', '', '=x'] })]);

  expect(tags).toEqual([
    ['p1', 'r1', 'a|b'],
    ['p1', 'r1', "'=x"],
  ]);
});

test('models stand with their names, empty where only the other is known', async () => {
  const { models } = await tablesOf([
    request('r1', { model_ids: ['m1', 'm2'], model_names: ['nova-3', 'aura-2'] }),
    request('r2', { model_ids: ['m1', 'm3', 'm1'], model_names: ['nova-3'] }),
    request('r3', { model_names: ['base'] }),
  ]);

  expect(models).toEqual([
    ['p1', 'r1', 'm1', 'nova-3'],
    ['p1', 'r1', 'm2', 'aura-2'],
    ['p1', 'r2', 'm1', 'nova-3'],
    ['p1', 'r2', 'm3', ''],
    ['p1', 'r3', '', 'base'],
  ]);
});

test('the child tables have their headers, also without a request', async () => {
  const { folder } = await tablesOf([]);

  expect(await readText(folder, 'requests_tags.csv')).toBe(`project_id,request_id,tag,${AFTER}\r\n`);
  expect(await readText(folder, 'requests_models.csv')).toBe(
    `project_id,request_id,model_id,model_name,${AFTER}\r\n`,
  );
  expect(await readText(folder, 'requests_features.csv')).toBe(`project_id,request_id,feature,${AFTER}\r\n`);
});

test('the day and what is summed stand beside each tag, model and feature, so that one of them needs no join', async () => {
  const values = { date: '2026-11-20', tags: ['prod', 'web'], model_ids: ['m1'], features: ['diarize'] };
  const { folder } = await tablesOf([
    request('r1', { ...values, cost_usd: 0.25, audio_seconds: 60 }),
    request('r2', { ...values, cost_usd: null, audio_seconds: 1.5 }),
  ]);

  for (const table of ['tags', 'models', 'features']) {
    const rows = await readTable(folder, `requests_${table}.csv`);
    const costs = rows.map((row) => [row.request_id, ...AFTER.map((name) => row[name])]);
    expect(costs.filter((row, at) => row[0] !== costs[at - 1]?.[0])).toEqual([
      ['r1', '2026-11-20', '0.25', '60.0'],
      ['r2', '2026-11-20', '', '1.5'],
    ]);
    expect(new Set(costs.map((row) => row.join()))).toHaveLength(2);
  }
});

test('two tags that are the same cell are one row', async () => {
  const { tags } = await tablesOf([request('r1', { tags: ['a b', 'a\nb', 'a\u0000', 'a\u0001'] })]);

  expect(tags).toEqual([
    ['p1', 'r1', 'a b'],
    ['p1', 'r1', 'a\uFFFD'],
  ]);
});

test('a receipt counts requests, not the rows of all four tables', async () => {
  const sink = openSink(await newFolder());

  const receipt = await deliver(sink, {
    stream: requests,
    batches: [[request('r1', { tags: ['a', 'b', 'c'] })]],
  });

  expect(receipt.accepted).toBe(1);
});

test('where one of the four files cannot be made, none is left', async () => {
  const folder = await newFolder();
  const taken = join('.parts', 'requests_features', 'project_id=p1');
  await mkdir(join(folder, '.parts', 'requests_features'), { recursive: true });
  await writeFile(join(folder, taken), 'a file where a folder should be');

  const delivering = deliver(openSink(folder), { stream: requests, batches: [[request('r1')]] });

  await expect(delivering).rejects.toMatchObject({ code: 'SINK_FILES' });
  expect(await pathsOf(folder)).toEqual([taken]);
});

test('where one of the four cannot get its name, the requests themselves do not get theirs', async () => {
  const folder = await newFolder();
  await mkdir(join(folder, '.parts', 'requests_tags', 'project_id=p1', '2026-11-20.csv', 'full'), {
    recursive: true,
  });

  const delivering = deliver(openSink(folder), { stream: requests, batches: [[request('r1')]] });

  await expect(delivering).rejects.toMatchObject({ code: 'SINK_FILES' });
  expect(await readdir(join(folder, '.parts', 'requests', 'project_id=p1'))).toEqual([]);
});
