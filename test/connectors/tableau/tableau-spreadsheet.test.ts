import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { projects } from '../../../connectors/deepgram/streams/account.js';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../connectors/deepgram/streams/usage.js';
import { folderContents } from '../../../connectors/testing/folder-contents.js';
import {
  anyRun,
  deliver,
  keepColumns,
  never,
  newFolder,
  openSink,
  readText,
  rowOf,
  run,
} from './tableau-folder.js';

const german = { preset: 'spreadsheet', locale: 'de-DE' } as const;
const american = { preset: 'spreadsheet' } as const;

const record = rowOf(requests, {
  project_id: 'p1',
  request_id: 'r1',
  project_name: 'Müller; Söhne, "West"',
  created_at: '2026-11-20T11:59:47.434302Z',
  date: '2026-11-20',
  status: 'success',
  settled: true,
  mip_opt_out: false,
  code: 200,
  cost_usd: 0.125,
  audio_seconds: 60,
  tags: ['a;b', 'c,d'],
  error_message: '=1;2',
});
const delivery = { stream: requests, batches: [[record]] };

async function tableIn(folder: string, path: string, delimiter: string): Promise<Record<string, string>[]> {
  const text = await readText(folder, ...path.split('/'));
  return parse(text, { bom: true, columns: true, delimiter, record_delimiter: '\r\n' });
}

describe.each([
  ['single', 'requests.csv', 'requests_tags.csv'],
  ['daily', 'requests/requests_p1_2026-11-20.csv', 'requests_tags/requests_tags_p1_2026-11-20.csv'],
] as const)('with layout %s', (layout, own, child) => {
  test('a German spreadsheet finds semicolons, decimal commas, days and moments, and UTF-8 marked as such', async () => {
    const folder = await newFolder();

    await run(folder, { ...german, layout }, [delivery]);

    expect((await readText(folder, ...own.split('/'))).slice(0, 12)).toBe('\uFEFFproject_id;');
    expect(await tableIn(folder, own, ';')).toMatchObject([
      {
        project_name: 'Müller; Söhne, "West"',
        created_at: '2026-11-20 11:59:47',
        completed_at: '',
        date: '2026-11-20',
        settled: '1',
        mip_opt_out: '0',
        code: '200',
        cost_usd: '0,125',
        audio_seconds: '60,0',
        tags: 'a;b|c,d',
        error_message: "'=1;2",
        is_error: '0',
      },
    ]);
    expect(await tableIn(folder, child, ';')).toMatchObject([
      { tag: 'a;b', date: '2026-11-20', cost_usd: '0,125' },
      { tag: 'c,d', date: '2026-11-20', cost_usd: '0,125' },
    ]);
  });

  test('an American one finds commas and points', async () => {
    const folder = await newFolder();

    await run(folder, { ...american, layout }, [delivery]);

    expect(await tableIn(folder, own, ',')).toMatchObject([
      { project_name: 'Müller; Söhne, "West"', created_at: '2026-11-20 11:59:47', cost_usd: '0.125' },
    ]);
    expect(await readText(folder, ...own.split('/'))).toMatch(/^\uFEFFproject_id,/);
  });

  test('the tables of an earlier version get what their requests cost in its form', async () => {
    const folder = await newFolder();
    await run(folder, { layout }, [delivery]);
    const file = layout === 'single' ? '.parts/requests_tags/project_id=p1/2026-11-20.csv' : child;
    await keepColumns(join(folder, file), (name) => ['project_id', 'request_id', 'tag'].includes(name));

    await run(folder, { ...german, layout, streams: [requests] }, []);

    const row = { date: '2026-11-20', cost_usd: '0,125', audio_seconds: '60,0' };
    expect(await tableIn(folder, child, ';')).toMatchObject([
      { tag: 'a;b', ...row },
      { tag: 'c,d', ...row },
    ]);
  });

  test('without bom where that is asked for', async () => {
    const folder = await newFolder();

    await run(folder, { ...german, layout, bom: false }, [delivery]);

    expect(await readText(folder, ...own.split('/'))).toMatch(/^project_id;/);
  });

  test('another preset or locale writes all that is there in its form, also what is not delivered again', async () => {
    const folder = await newFolder();
    await run(folder, { layout }, [delivery]);
    const asTableau = await readText(folder, ...own.split('/'));
    const again = { layout, streams: [requests] };

    await run(folder, { ...again, ...german }, []);
    const asGerman = await tableIn(folder, own, ';');
    await run(folder, { ...again, ...german, locale: 'de-CH' }, []);
    const asSwiss = await tableIn(folder, own, ';');
    await run(folder, { ...again, ...american, bom: false }, []);
    const asAmerican = await tableIn(folder, own, ',');
    await run(folder, again, []);

    expect([asGerman, asSwiss, asAmerican].map(([row]) => row?.cost_usd)).toEqual([
      '0,125',
      '0.125',
      '0.125',
    ]);
    expect([asGerman, asSwiss, asAmerican].map(([row]) => row?.settled)).toEqual(['1', '1', '1']);
    // The files of days are all there is: a moment that was cut stays cut.
    const cut = layout === 'daily' ? asTableau.replace('.434', '.000') : asTableau;
    expect(await readText(folder, ...own.split('/'))).toBe(cut);
  });

  test('the package says in which form its tables are', async () => {
    const folder = await newFolder();

    await run(folder, { ...german, layout }, [delivery]);

    const { resources } = JSON.parse(await readText(folder, 'datapackage.json'));
    const table = resources.find(({ name }: { name: string }) => name === 'requests');
    const field = (name: string) => table.schema.fields.find((one: { name: string }) => one.name === name);
    expect(table.dialect).toMatchObject({ delimiter: ';' });
    expect(field('cost_usd')).toMatchObject({ type: 'number', decimalChar: ',' });
    expect(field('settled')).toMatchObject({ type: 'boolean', trueValues: ['1'], falseValues: ['0'] });
    expect(field('created_at')).toMatchObject({ type: 'datetime', format: '%Y-%m-%d %H:%M:%S' });
  });
});

test('what is held of a day is known also where numbers have a decimal comma', async () => {
  const folder = await newFolder();
  const choice = { ...german, layout: 'daily' } as const;
  const row = rowOf(usage, { project_id: 'p1', date: '2026-11-20', hours: 1.5, requests: 3 });
  await deliver(openSink(folder, choice), { stream: usage, batches: [[row]] });

  const held = await openSink(folder, choice).held?.(usage, { id: 'p1', name: null }, ['2026-11-20'], never);

  expect(held?.get('2026-11-20')).toMatchObject({ records: 1, sums: { hours: 1.5, requests: 3 } });
});

describe('a table that has nearly as many rows as a sheet', () => {
  const rows = (count: number) => `project_id,name,mip_opt_out\r\n${'p1,,\r\n'.repeat(count)}`;
  const notesOf = async (choice: object, count: number) => {
    const folder = await newFolder();
    const parts = join(folder, '.parts', 'projects', 'project_id=p1');
    await mkdir(parts, { recursive: true });
    await writeFile(join(parts, 'snapshot.csv'), rows(count));
    return (await openSink(folder, { ...choice, streams: [projects] }).finish?.(anyRun, never))?.notes;
  };

  test('is named for a spreadsheet, with the limit and what helps', async () => {
    expect(await notesOf(german, 943_718)).toEqual([
      'projects.csv has 943,719 rows; a sheet of Excel or LibreOffice has 1,048,576, which it will soon have: layout: daily makes a file of each day.',
    ]);
  });

  test('is none of its business below that, or for Tableau', async () => {
    expect(await notesOf(german, 943_717)).toEqual([]);
    expect(await notesOf({}, 943_718)).toEqual([]);
  });
});

test('runs that change nothing leave the same bytes', async () => {
  for (const layout of ['single', 'daily'] as const) {
    const folder = await newFolder();
    await run(folder, { ...german, layout }, [delivery]);
    const before = await folderContents(folder);

    await run(folder, { ...german, layout, streams: [requests] }, []);

    expect(await folderContents(folder)).toEqual(before);
  }
});
