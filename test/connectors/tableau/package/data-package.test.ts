import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apiKeys, models, projects } from '../../../../connectors/deepgram/streams/account.js';
import { billing, billingBy } from '../../../../connectors/deepgram/streams/billing.js';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { usage, usageBy } from '../../../../connectors/deepgram/streams/usage.js';
import { folderContents } from '../../../../connectors/testing/folder-contents.js';
import { newFolder, pathsOf, readText, rowOf, run } from '../tableau-folder.js';

interface Relationship {
  readonly fields: readonly string[];
  readonly reference: { readonly resource: string };
}

interface Resource {
  readonly name: string;
  readonly path: string | string[];
  readonly schema: {
    readonly fields: readonly Readonly<Record<string, unknown>>[];
    readonly primaryKey?: readonly string[];
    readonly foreignKeys?: readonly Relationship[];
    readonly relationships: readonly Relationship[];
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
      ?.schema.relationships.map(({ fields, reference }) => `${fields.at(-1)} → ${reference.resource}`);
  expect(references('projects')).toEqual([]);
  expect(references('usage')).toEqual(['project_id → projects']);
  expect(references('usage_by_accessor')).toEqual([
    'accessor → api_keys',
    'project_id → projects',
    'date → usage',
  ]);
  expect(references('requests')).toEqual(['api_key_id → api_keys', 'project_id → projects', 'date → usage']);
  expect(references('requests_models')).toEqual([
    'request_id → requests',
    'model_id → models',
    'project_id → projects',
    'date → usage',
  ]);
});

test('declares as keys only what no row can break, and what readers can check', async () => {
  const folder = await newFolder();

  await run(folder, { streams: star }, []);

  for (const { name, schema } of (await resourcesIn(folder)).values()) {
    const isRequired = (column: string) =>
      schema.fields.some(
        (field) => field.name === column && JSON.stringify(field).includes('"required":true'),
      );
    const { primaryKey = [], foreignKeys } = schema;
    const keys = [primaryKey, ...(foreignKeys ?? []).map(({ fields }) => fields)].flat();
    expect(
      keys.filter((column) => !isRequired(column)),
      name,
    ).toEqual([]);
    // The format has no empty list of keys, and its reader puts the partner's row in place of a column.
    expect(foreignKeys, name).not.toEqual([]);
    const columns = (foreignKeys ?? []).flatMap(({ fields }) => fields);
    expect(new Set(columns), name).toHaveLength(columns.length);
  }
  const resources = await resourcesIn(folder);
  const keyOf = (table: string) => resources.get(table)?.schema.primaryKey?.join();
  expect(keyOf('requests_tags')).toBe('project_id,request_id,tag');
  expect(keyOf('usage')).toBe('project_id,date');
  // What has no key, no tag or no model of its own is a row of these as well.
  expect([keyOf('usage_by_accessor'), keyOf('billing_by_line_item_tags'), keyOf('requests_models')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('says of what is repeated in a table of tags that it must not be added up over several', async () => {
  const folder = await newFolder();

  await run(folder, { streams: star }, []);

  const { fields } = (await resourcesIn(folder)).get('requests_tags')?.schema ?? { fields: [] };
  const said = fields.find(({ name }) => name === 'cost_usd');
  expect(said).toMatchObject({ type: 'number', unit: 'dollar', role: 'measure' });
  expect(said?.description).toMatch(/same for each tag.*over several it counts requests more than once/);
});

test('points to no table that is not there', async () => {
  const folder = await newFolder();

  await run(folder, { streams: [requests] }, []);

  const resources = await resourcesIn(folder);
  expect(resources.get('requests')?.schema).toMatchObject({ relationships: [] });
  expect(resources.get('requests')?.schema).not.toHaveProperty('foreignKeys');
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
  expect(resources.get('requests_models')?.schema.relationships).toHaveLength(3);
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
