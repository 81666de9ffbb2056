import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apiKeys, models, projects } from '../../../../connectors/deepgram/streams/account.js';
import { billing, billingBy } from '../../../../connectors/deepgram/streams/billing.js';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { usage, usageBy } from '../../../../connectors/deepgram/streams/usage.js';
import { folderContents } from '../../../../connectors/testing/folder-contents.js';
import { newFolder, pathsOf, readText, rowOf, run } from '../tableau-folder.js';

interface Resource {
  readonly name: string;
  readonly path: string | string[];
  readonly schema: {
    readonly fields: readonly Readonly<Record<string, unknown>>[];
    readonly primaryKey: readonly string[];
    readonly foreignKeys: readonly {
      readonly fields: string[];
      readonly reference: { readonly resource: string };
    }[];
  };
}

async function resourcesIn(folder: string): Promise<Map<string, Resource>> {
  const content: { resources: Resource[] } = JSON.parse(
    await readFile(join(folder, 'datapackage.json'), 'utf8'),
  );
  return new Map(content.resources.map((resource) => [resource.name, resource]));
}

const star = [
  projects,
  apiKeys({ includeEmails: true }),
  models,
  usage,
  usageBy('accessor'),
  billingBy(['line_item', 'tags']),
  requests,
];

test('describes every table and names its columns as the file does', async () => {
  const folder = await newFolder();

  await run(folder, { streams: star }, []);

  const resources = await resourcesIn(folder);
  const files = (await pathsOf(folder)).filter((path) => path.endsWith('.csv'));
  expect([...resources.values()].map((resource) => resource.path)).toEqual(files);
  for (const { path, schema } of resources.values()) {
    const header = await readText(folder, String(path));
    expect(header).toBe(`${schema.fields.map((field) => field.name).join(',')}\r\n`);
    expect(schema.fields.map((field) => field.name)).toEqual(expect.arrayContaining([...schema.primaryKey]));
  }
});

test('says type, format, unit and meaning of a column', async () => {
  const folder = await newFolder();

  await run(folder, { streams: star }, []);

  const resources = await resourcesIn(folder);
  const field = (table: string, name: string) =>
    resources.get(table)?.schema.fields.find((entry) => entry.name === name);
  expect(field('requests', 'created_at')).toEqual({
    name: 'created_at',
    type: 'datetime',
    format: '%Y-%m-%d %H:%M:%S.%f',
    description: 'When the request arrived, UTC',
    role: 'dimension',
    constraints: { required: true },
  });
  expect(field('requests', 'cost_usd')).toMatchObject({ type: 'number', unit: 'dollar', role: 'measure' });
  expect(field('requests', 'is_error')).toMatchObject({ type: 'integer', role: 'measure' });
  expect(field('requests', 'settled')).toMatchObject({ type: 'boolean' });
  expect(field('requests', 'tags')).toMatchObject({ type: 'string', list_separator: '|' });
  expect(field('usage', 'date')).toMatchObject({ type: 'date' });
  expect(field('api_keys', 'member_email')).toMatchObject({ personal: true });
});

test('says how the tables of the star hang together, as far as they are there', async () => {
  const folder = await newFolder();

  await run(folder, { streams: star }, []);

  const resources = await resourcesIn(folder);
  const references = (table: string) =>
    resources
      .get(table)
      ?.schema.foreignKeys.map(({ fields, reference }) => `${fields.at(-1)} → ${reference.resource}`);
  expect(references('projects')).toEqual([]);
  expect(references('usage')).toEqual(['project_id → projects']);
  expect(references('usage_by_accessor')).toEqual(['project_id → projects', 'accessor → api_keys']);
  expect(references('requests')).toEqual(['project_id → projects', 'api_key_id → api_keys']);
  expect(references('requests_models')).toEqual([
    'project_id → projects',
    'request_id → requests',
    'model_id → models',
  ]);
});

test('points to no table that is not there', async () => {
  const folder = await newFolder();

  await run(folder, { streams: [requests] }, []);

  const resources = await resourcesIn(folder);
  expect(resources.get('requests')?.schema.foreignKeys).toEqual([]);
  expect(resources.get('requests_tags')?.schema.foreignKeys).toMatchObject([
    { reference: { resource: 'requests' } },
  ]);
});

test('lists the files of a table that has many, and leaves out one that has none', async () => {
  const folder = await newFolder();
  const days = ['2026-11-21', '2026-11-20'];

  await run(folder, { layout: 'daily', streams: [usage, billing, projects] }, [
    ...days.map((day) => ({ stream: usage, day, batches: [[rowOf(usage, { date: day })]] })),
    { stream: projects, day: null, batches: [] },
  ]);

  const resources = await resourcesIn(folder);
  expect([...resources].map(([name, { path }]) => [name, path])).toEqual([
    ['projects', 'projects/projects_p1_snapshot.csv'],
    ['usage', ['usage/usage_p1_2026-11-20.csv', 'usage/usage_p1_2026-11-21.csv']],
  ]);
});

test('a run with fewer streams keeps what is said about the other tables, as long as they are there', async () => {
  const folder = await newFolder();
  await run(folder, { streams: star }, []);
  const before = await folderContents(folder);

  await run(folder, { streams: [usage] }, []);
  const after = await folderContents(folder);
  await rm(join(folder, 'models.csv'));
  await run(folder, { streams: [usage] }, []);

  expect(after).toEqual(before);
  const resources = await resourcesIn(folder);
  expect(resources.has('models')).toBe(false);
  expect(resources.get('requests_models')?.schema.foreignKeys).toHaveLength(2);
});

test.each([
  ['no JSON', 'oh'],
  ['no package', '[]'],
  [
    'broken resources',
    '{"resources":[null,1,{"name":"billing"},{"name":"billing","schema":{"foreignKeys":[{}]}}]}',
  ],
])('a datapackage.json that holds %s is written anew', async (_, content) => {
  const folder = await newFolder();
  await writeFile(join(folder, 'billing.csv'), 'a table of someone');
  await writeFile(join(folder, 'datapackage.json'), content);

  await run(folder, { streams: [usage] }, []);

  expect([...(await resourcesIn(folder)).keys()]).toEqual(['usage']);
});

test('a name in datapackage.json is no way out of the folder', async () => {
  const home = await newFolder();
  await mkdir(join(home, 'other'));
  await writeFile(join(home, 'other', 'secret.csv'), 'a table of someone');
  await mkdir(join(home, 'out'));
  const content = { resources: [{ name: '../other', schema: { foreignKeys: [] } }] };
  await writeFile(join(home, 'out', 'datapackage.json'), JSON.stringify(content));

  await run(join(home, 'out'), { layout: 'daily' }, []);

  expect(await resourcesIn(join(home, 'out'))).toEqual(new Map());
});
