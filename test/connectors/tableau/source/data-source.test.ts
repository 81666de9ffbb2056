import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { apiKeys, models, projects, purchases } from '../../../../connectors/deepgram/streams/account.js';
import { billing, billingBy } from '../../../../connectors/deepgram/streams/billing.js';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { usage, usageBy } from '../../../../connectors/deepgram/streams/usage.js';
import type { Stream } from '../../../../src/streams/stream.js';
import { hasTableauSchema, schemaErrors } from '../../../contract/tableau-schema.js';
import { newFolder, pathsOf, readText, run, usageOf } from '../tableau-folder.js';
import { EVERYTHING, HOSTILE, TableauDocument } from './documents.js';

/** Folders of this file, gone after it. */
const root = await mkdtemp(join(tmpdir(), 'tableau-source-'));
afterAll(() => rm(root, { recursive: true, force: true }));

/** A folder with the tables of these streams, made once. */
const folderOf = memoized(async (names: string): Promise<string> => {
  const folder = await mkdtemp(join(root, 'of-'));
  const streams = [...EVERYTHING, HOSTILE].filter(({ name }) => names.split('\n').includes(name));
  await run(folder, { streams }, []);
  return folder;
});

/** The data source beside the tables of these streams. */
async function sourceOf(...streams: readonly Stream[]): Promise<TableauDocument> {
  return TableauDocument.read(await folderOf(namesOf(streams)));
}

async function fileOf(...streams: readonly Stream[]): Promise<string> {
  return join(await folderOf(namesOf(streams)), 'deepgram.tds');
}

function namesOf(streams: readonly Stream[]): string {
  return streams.map(({ name }) => name).join('\n');
}

function memoized(make: (key: string) => Promise<string>): (key: string) => Promise<string> {
  const made = new Map<string, Promise<string>>();
  return (key) => {
    const found = made.get(key) ?? make(key);
    made.set(key, found);
    return found;
  };
}

describe('deepgram.tds', () => {
  it('has the columns of every table as their files have them', async () => {
    const folder = await newFolder();

    await run(folder, { streams: EVERYTHING }, []);

    const source = await TableauDocument.read(folder);
    const files = (await pathsOf(folder)).filter((path) => path.endsWith('.csv'));
    expect(source.tables.toSorted()).toEqual(files.map((file) => file.replace(/\.csv$/, '')).sort());
    for (const relation of source.elements('connection', 'relation', 'relation')) {
      const columns = [...relation.getElementsByTagName('column')].map((column) =>
        column.getAttribute('name'),
      );
      expect(`${columns}\r\n`).toBe(await readText(folder, relation.getAttribute('name') ?? ''));
    }
  });

  it('pins the type, the role and the format of a column, and says what it means', async () => {
    const { columns, text } = await sourceOf(requests, usage, billing);

    expect(columns.get('[created_at]')).toEqual({
      caption: 'Created At',
      datatype: 'datetime',
      name: '[created_at]',
      role: 'dimension',
      type: 'ordinal',
    });
    const found = (name: string) => {
      const { caption, datatype, role, 'default-format': format } = columns.get(`[${name}]`) ?? {};
      return [caption, datatype, role, format];
    };
    expect(found('api_key_id')).toEqual(['API Key ID', 'string', 'dimension', undefined]);
    expect(found('code')).toEqual(['Code', 'integer', 'dimension', undefined]);
    expect(found('settled')).toEqual(['Settled', 'boolean', 'dimension', undefined]);
    expect(found('tags')).toEqual(['Tags', 'string', 'dimension', undefined]);
    expect(found('date')).toEqual(['Date', 'date', 'dimension', undefined]);
    expect(found('cost_usd')).toEqual(['Cost USD', 'real', 'measure', 'c"$"#,##0.0000;-"$"#,##0.0000']);
    expect(found('cost_usd (billing.csv)')).toEqual([
      'Cost USD (Billing)',
      'real',
      'measure',
      'c"$"#,##0.00;-"$"#,##0.00',
    ]);
    expect(found('audio_seconds')).toEqual(['Audio Seconds', 'real', 'measure', 'n#,##0.0" s";-#,##0.0" s"']);
    expect(found('hours')).toEqual(['Hours', 'real', 'measure', 'n#,##0.00" h";-#,##0.00" h"']);
    expect(found('tokens_in')).toEqual(['Tokens In', 'integer', 'measure', 'n#,##0;-#,##0']);
    expect(columns.get('[latency_ms]')).toMatchObject({ aggregation: 'Avg' });
    expect(text).toContain('<run>When the request arrived, UTC</run>');
  });

  it('calls no two fields the same', async () => {
    const source = await sourceOf(...EVERYTHING, HOSTILE);

    for (const attribute of ['name', 'caption']) {
      const all = source.at('column').map((column) => column[attribute]);
      expect(new Set(all)).toHaveLength(all.length);
    }
  });

  it('has each field in the folder of its subject, once', async () => {
    const source = await sourceOf(...EVERYTHING);

    const items = source.at('folders-common', 'folder', 'folder-item').map(({ name }) => name);
    expect(items.toSorted()).toEqual([...source.columns.keys()].sort());
    expect(source.at('folders-common', 'folder').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Requests', 'Usage', 'Billing', 'API Keys', 'Models', 'Calculated Fields']),
    );
  });

  it('relates the tables of the star', async () => {
    const { relationships } = await sourceOf(
      ...[
        projects,
        apiKeys({ includeEmails: false }),
        models,
        usage,
        usageBy('endpoint'),
        usageBy('accessor'),
      ],
      ...[billing, billingBy(['line_item', 'tags']), requests],
    );

    const by = (columns: string, one: string, other: string) => `${one}[${columns}] = ${other}[${columns}]`;
    expect(relationships.toSorted()).toEqual(
      [
        `API Keys[project_id, api_key_id]! = Usage by Accessor[project_id, accessor]`,
        `${by('project_id, api_key_id', 'Requests', 'API Keys')}!`,
        `${by('project_id, date', 'Requests', 'Usage')}!`,
        `${by('project_id, model_id', 'Requests Models', 'Models')}!`,
        `${by('project_id', 'Requests', 'Projects')}!`,
        ...['Requests Features', 'Requests Models', 'Requests Tags'].map(
          (table) => `Requests[project_id, request_id]! = ${table}[project_id, request_id]`,
        ),
        ...['Billing', 'Billing by Line Item Tags', 'Usage by Endpoint'].map(
          (table) => `Usage[project_id, date]! = ${table}[project_id, date]`,
        ),
      ].sort(),
    );
  });

  it.each(EVERYTHING.map((stream) => [stream.name, stream] as const))(
    'hangs together as one tree without %s, each table by a column that it has',
    async (_, without) => {
      const { tables, relationships } = await sourceOf(...EVERYTHING.filter((stream) => stream !== without));

      expect(relationships).toHaveLength(tables.length - 1);
      const reached = new Set<string>();
      for (const relationship of relationships) {
        const [first = '', second = ''] = relationship.split(' = ').map((end) => end.replace(/\[.*/, ''));
        if (reached.size === 0) reached.add(first);
        expect([first, reached.has(first), reached.has(second)]).toEqual([first, true, false]);
        reached.add(second);
      }
      expect(relationships.join()).not.toContain('no such field');
    },
  );

  it('relates by the project what nothing else relates', async () => {
    const { relationships } = await sourceOf(models, purchases);

    expect(relationships).toEqual(['Models[project_id] = Purchases[project_id]']);
  });

  it('lists objects, tables and their first columns in one order, by which Tableau Cloud has been seen to match them', async () => {
    const source = await sourceOf(...EVERYTHING);

    const objects = source.at('object-graph', 'objects', 'object', 'properties', 'relation');
    const maps = source.at('connection', 'cols', 'map');
    const fromColumns = maps.map(({ value = '' }) => /^\[(.*)\.csv\]\./.exec(value)?.[1]);
    expect(objects.map(({ name }) => name)).toEqual(source.tables.map((table) => `${table}.csv`));
    expect([...new Set(fromColumns)]).toEqual(source.tables);
    expect(maps.map(({ key }) => key?.slice(1, -1))).toEqual(maps.map(({ key }) => key?.slice(1, -1)).sort());
  });

  it('has the calculated fields whose columns are there', async () => {
    const formulasOf = (source: TableauDocument) =>
      source
        .elements('column')
        .flatMap((column) =>
          [...column.getElementsByTagName('calculation')].map((calculation) => [
            column.getAttribute('caption'),
            calculation.getAttribute('formula'),
          ]),
        );

    expect(formulasOf(await sourceOf(projects))).toEqual([]);
    expect(formulasOf(await sourceOf(usage, billing))).toEqual([
      ['Billed Cost per Hour', 'SUM([cost_usd]) / SUM([hours])'],
      ['Billed Cost per 1,000 Requests', '1000 * SUM([cost_usd]) / SUM([requests])'],
    ]);
    expect(formulasOf(await sourceOf(requests)).map(([caption]) => caption)).toEqual([
      'Is Successful',
      'Error Rate',
      'Latency p95',
      'Cost per Hour',
      'Cost per 1,000 Requests',
    ]);
  });

  it('finds the files beside it, and names no folder of the machine that wrote it', async () => {
    const folder = await newFolder();

    await run(folder, { streams: EVERYTHING }, []);

    const source = await TableauDocument.read(folder);
    const connections = source.at('connection', 'named-connections', 'named-connection', 'connection');
    expect(new Set(connections.map(({ directory }) => directory))).toEqual(new Set(['.']));
    for (const { filename = '' } of connections) expect(await readText(folder, filename)).not.toBe('');
    expect(source.text).not.toContain(folder);
    expect(source.text).not.toMatch(/password='[^']/);
  });

  it('is written anew only where it would be another one', async () => {
    const folder = await newFolder();
    await run(folder, { streams: [usage, billing] }, []);
    const { ino } = await stat(join(folder, 'deepgram.tds'));

    await run(folder, { streams: [usage] }, [usageOf('p1', '2026-11-20', 1)]);
    const same = await stat(join(folder, 'deepgram.tds'));
    await run(folder, { streams: [requests] }, []);

    expect(same.ino).toBe(ino);
    expect((await TableauDocument.read(folder)).tables.toSorted()).toEqual([
      ...['billing', 'requests', 'requests_features', 'requests_models', 'requests_tags', 'usage'],
    ]);
    expect((await pathsOf(folder)).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  });

  it.each([
    ['with layout: daily, where a table is many files', { layout: 'daily' }],
    ['with preset: spreadsheet, whose numbers are for one country', { preset: 'spreadsheet' }],
    ['with source: false', { source: false }],
  ] as const)('is not written %s', async (_, choice) => {
    const folder = await newFolder();

    await run(folder, { ...choice, streams: [usage] }, [usageOf('p1', '2026-11-20', 1)]);

    expect(await pathsOf(folder)).not.toContain('deepgram.tds');
  });

  it('leaves out what somebody else has written into datapackage.json', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'theirs.csv'), 'a\r\n');
    const schema = { fields: [{ name: 'a', type: 'geopoint', role: 'dimension' }] };
    const resources = [{ name: 'theirs', path: 'theirs.csv', schema }];
    await writeFile(join(folder, 'datapackage.json'), JSON.stringify({ resources }));

    await run(folder, { streams: [usage] }, []);

    expect((await TableauDocument.read(folder)).tables).toEqual(['usage']);
  });
});

describe.skipIf(!hasTableauSchema())('Tableau’s published schema', () => {
  it('has nothing against a data source of all streams, of each alone, and of all but one', async () => {
    const files = [await fileOf(...EVERYTHING)];
    for (const stream of EVERYTHING) {
      files.push(await fileOf(stream), await fileOf(...EVERYTHING.filter((other) => other !== stream)));
    }

    expect(schemaErrors(files)).toEqual([]);
  });

  it('has nothing against names and descriptions, whatever is in them', async () => {
    expect(schemaErrors([await fileOf(HOSTILE), await fileOf(...EVERYTHING, HOSTILE)])).toEqual([]);
  });

  it('has something against a document that is wrong', async () => {
    const folder = await newFolder();
    const { text } = await sourceOf(usage);
    await writeFile(join(folder, 'wrong.tds'), text.replace("role='dimension'", "role='dimensional'"));

    expect(schemaErrors([join(folder, 'wrong.tds')]).join()).toContain('dimensional');
  });
});
