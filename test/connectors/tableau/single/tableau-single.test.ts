import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apiKeys, models, projects } from '../../../../connectors/deepgram/streams/account.js';
import { usage } from '../../../../connectors/deepgram/streams/usage.js';
import { folderContents } from '../../../../connectors/testing/folder-contents.js';
import { ExportError } from '../../../../src/errors/export-error.js';
import {
  anyRun,
  begin,
  type Delivery,
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
} from '../tableau-folder.js';

const HEADER =
  'project_id,project_name,date,period_end,hours,total_hours,agent_hours,tokens_in,tokens_out,tts_characters,tts_requests,requests\r\n';

async function usageIn(folder: string): Promise<unknown[]> {
  return (await readTable(folder, 'usage.csv')).map((row) => [row.project_id, row.date, row.hours]);
}

describe('the single file', () => {
  test('has all partitions by project and day, however they came', async () => {
    const folder = await newFolder();

    await run(folder, {}, [
      usageOf('p2', '2026-11-19', 1),
      usageOf('p1', '2026-11-21', 2),
      usageOf('p1', '2026-11-20', 3),
      usageOf('p10', '2026-11-20', 4),
    ]);

    expect(await usageIn(folder)).toEqual([
      ['p1', '2026-11-20', '3.0'],
      ['p1', '2026-11-21', '2.0'],
      ['p10', '2026-11-20', '4.0'],
      ['p2', '2026-11-19', '1.0'],
    ]);
  });

  test('keeps the records of a partition in the order in which they came, over batches', async () => {
    const folder = await newFolder();
    const rows = ['c', 'a', 'b'].map((name) => rowOf(models, { project_id: 'p1', model_id: name }));

    await run(folder, {}, [{ stream: models, day: null, batches: [rows.slice(0, 2), [], rows.slice(2)] }]);

    expect((await readTable(folder, 'models.csv')).map((row) => row.model_id)).toEqual(['c', 'a', 'b']);
  });

  test('is only its header for a stream that was never delivered, and for an empty day', async () => {
    const folder = await newFolder();

    await run(folder, { streams: [usage, projects] }, [{ stream: usage, batches: [] }]);

    expect(await readText(folder, 'usage.csv')).toBe(HEADER);
    expect(await readText(folder, 'projects.csv')).toBe('project_id,name,mip_opt_out\r\n');
    expect(await readText(folder, '.parts', 'usage', 'project_id=p1', '2026-11-20.csv')).toBe(HEADER);
  });

  test('a later run replaces its days and keeps all others', async () => {
    const folder = await newFolder();
    await run(folder, {}, [
      usageOf('p1', '2024-01-01', 1),
      usageOf('p1', '2026-11-20', 2),
      usageOf('p2', '2026-11-20', 3),
    ]);

    await run(folder, {}, [usageOf('p1', '2026-11-20', 20), usageOf('p1', '2026-11-21', 4)]);

    expect(await usageIn(folder)).toEqual([
      ['p1', '2024-01-01', '1.0'],
      ['p1', '2026-11-20', '20.0'],
      ['p1', '2026-11-21', '4.0'],
      ['p2', '2026-11-20', '3.0'],
    ]);
  });

  test('a day that became empty is gone from it', async () => {
    const folder = await newFolder();
    await run(folder, {}, [usageOf('p1', '2026-11-20', 1), usageOf('p1', '2026-11-21', 2)]);

    await run(folder, {}, [{ stream: usage, day: '2026-11-20', batches: [[]] }]);

    expect(await usageIn(folder)).toEqual([['p1', '2026-11-21', '2.0']]);
  });

  test('a second run with the same records writes the same bytes, and nothing else', async () => {
    const folder = await newFolder();
    const deliveries = [usageOf('p1', '2026-11-20', 0.1), usageOf('p2', '2026-11-20', 1e-7)];
    await run(folder, { streams: [projects] }, deliveries);
    const first = await folderContents(folder);

    await run(folder, { streams: [projects] }, [...deliveries].reverse());

    expect(await folderContents(folder)).toEqual(first);
    expect(Object.keys(first).sort()).toEqual([
      '.counts/usage/project_id=p1.json',
      '.counts/usage/project_id=p2.json',
      '.parts/usage/project_id=p1/2026-11-20.csv',
      '.parts/usage/project_id=p2/2026-11-20.csv',
      'README.txt',
      'datapackage.json',
      'deepgram.tds',
      'projects.csv',
      'usage.csv',
    ]);
  });

  test('a run that was killed before its end is made good by the next one', async () => {
    const folder = await newFolder();
    await run(folder, {}, [usageOf('p1', '2026-11-20', 1)]);
    await deliver(openSink(folder), usageOf('p1', '2026-11-21', 2));

    await run(folder, { streams: [usage] }, []);

    expect(await usageIn(folder)).toEqual([
      ['p1', '2026-11-20', '1.0'],
      ['p1', '2026-11-21', '2.0'],
    ]);
  });

  test('leaves out what is half written or no part', async () => {
    const folder = await newFolder();
    await run(folder, {}, [usageOf('p1', '2026-11-20', 1)]);
    const parts = join(folder, '.parts', 'usage', 'project_id=p1');
    await writeFile(join(parts, '.2026-11-21.csv.1-abcd.tmp'), 'half');
    await writeFile(join(parts, '.2026-11-22.csv'), 'hidden');
    await symlink(join(parts, '2026-11-20.csv'), join(parts, '2026-11-23.csv'));
    await writeFile(join(parts, 'note.txt'), 'a note');

    await run(folder, { streams: [usage] }, []);

    expect(await usageIn(folder)).toEqual([['p1', '2026-11-20', '1.0']]);
  });

  test('is not stitched any more once the run is interrupted', async () => {
    const folder = await newFolder();
    await run(folder, {}, [usageOf('p1', '2026-11-20', 1)]);
    const sink = openSink(folder);
    await deliver(sink, usageOf('p1', '2026-11-20', 2));

    const closing = sink.finish?.(anyRun, AbortSignal.abort());

    await expect(closing).rejects.toMatchObject({ code: 'ABORTED', kind: 'interrupted' });
    expect(await usageIn(folder)).toEqual([['p1', '2026-11-20', '1.0']]);
    expect((await readdir(folder)).sort()).toEqual([
      '.counts',
      '.parts',
      'README.txt',
      'datapackage.json',
      'deepgram.tds',
      'usage.csv',
    ]);
  });

  test.each([-2, -1, 0, 1, 2])(
    'a part is copied whole that ends %i bytes from the end of a piece',
    async (off) => {
      const folder = await newFolder();
      const header = 'project_id,name,mip_opt_out\r\n';
      const rows = (bytes: number) => `p1,${'x'.repeat(bytes - 'p1,,\r\n'.length)},\r\n`;
      const content = `${header}${rows(65_536)}${rows(262_144 - header.length + off)}`;
      await mkdir(join(folder, '.parts', 'projects', 'project_id=p1'), { recursive: true });
      await writeFile(join(folder, '.parts', 'projects', 'project_id=p1', 'snapshot.csv'), content);

      await run(folder, { streams: [projects] }, []);

      expect((await readText(folder, 'projects.csv')) === content).toBe(true);
    },
  );

  test('a table larger than a piece is copied whole', async () => {
    const folder = await newFolder();
    const name = 'é🎧,"'.repeat(40);
    const rows = Array.from({ length: 4_000 }, (_, index) =>
      rowOf(projects, { project_id: `p${index}`, name }),
    );

    await run(folder, {}, [
      { stream: projects, day: null, batches: [rows.slice(0, 1_000), rows.slice(1_000)] },
    ]);

    const table = await readTable(folder, 'projects.csv');
    expect(table.map((row) => row.project_id)).toEqual(rows.map((row) => row.project_id));
    expect(new Set(table.map((row) => row.name))).toEqual(new Set([name]));
  });
});

describe('a partition', () => {
  test('is not there before its commit', async () => {
    const folder = await newFolder();
    const sink = openSink(folder);
    const writer = await begin(sink, { stream: usage });
    await writer.write([rowOf(usage, { project_id: 'p1' })]);

    const before = await pathsOf(folder);
    await writer.commit();

    expect(before.filter((path) => path.endsWith('.csv'))).toEqual([]);
    expect(await pathsOf(folder)).toEqual(['.parts/usage/project_id=p1/2026-11-20.csv']);
  });

  test('counts its records in the receipt', async () => {
    const folder = await newFolder();

    const receipt = await deliver(openSink(folder), usageOf('p1', '2026-11-20', 1));

    expect(receipt).toEqual({ accepted: 1, rejected: [], skipped: [] });
  });

  test('that is aborted leaves nothing, and what was there stays', async () => {
    const folder = await newFolder();
    await run(folder, {}, [usageOf('p1', '2026-11-20', 1)]);
    const before = await folderContents(folder);
    const sink = openSink(folder);
    const writer = await begin(sink, { stream: usage });
    await writer.write([rowOf(usage, { project_id: 'p1', hours: 99 })]);

    await writer.abort({ code: 'HTTP_STATUS', kind: 'transient', message: 'broken off' });
    await sink.finish?.(anyRun, never);

    expect(await folderContents(folder)).toEqual(before);
  });

  test('does not disturb others that are open at the same time', async () => {
    const folder = await newFolder();
    const sink = openSink(folder);
    const days = ['2026-11-18', '2026-11-19', '2026-11-20'];

    const writers = await Promise.all(days.map((day) => begin(sink, { stream: usage, day })));
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(
        writers.map((writer, at) =>
          writer.write([rowOf(usage, { project_id: 'p1', date: days[at] ?? '', requests: round })]),
        ),
      );
    }
    await Promise.all(writers.map((writer) => writer.commit()));
    await sink.finish?.(anyRun, never);

    const table = await readTable(folder, 'usage.csv');
    expect(table.map((row) => `${row.date} ${row.requests}`)).toEqual(
      days.flatMap((day) => [`${day} 0`, `${day} 1`, `${day} 2`]),
    );
  });
});

describe('columns that changed since an earlier run', () => {
  const withEmails = apiKeys({ includeEmails: true });
  const withoutEmails = apiKeys({ includeEmails: false });
  const key = (project: string, email?: string): Delivery => ({
    stream: email === undefined ? withoutEmails : withEmails,
    project,
    day: null,
    batches: [
      [
        rowOf(email === undefined ? withoutEmails : withEmails, {
          project_id: project,
          api_key_id: 'k',
          name: 'a,"b"',
          member_email: email ?? null,
        }),
      ],
    ],
  });

  test('a new column is empty in the older parts', async () => {
    const folder = await newFolder();
    await run(folder, {}, [key('p1')]);

    await run(folder, {}, [key('p2', 'ann@example.com')]);

    const table = await readTable(folder, 'api_keys.csv');
    expect(table.map((row) => [row.project_id, row.name, row.member_email])).toEqual([
      ['p1', 'a,"b"', ''],
      ['p2', 'a,"b"', 'ann@example.com'],
    ]);
  });

  test('an older part is matched also where a row is longer than a piece', async () => {
    const folder = await newFolder();
    const name = 'long,'.repeat(200_000);
    const row = rowOf(withoutEmails, { project_id: 'p1', api_key_id: 'k', name });
    await run(folder, {}, [{ stream: withoutEmails, day: null, batches: [[row, row]] }]);

    await run(folder, { streams: [withEmails] }, []);

    const table = await readTable(folder, 'api_keys.csv');
    expect(table.map((found) => [found.name === name, found.member_email])).toEqual([
      [true, ''],
      [true, ''],
    ]);
  });

  test('a column that is not wanted any more is left out of the older parts', async () => {
    const folder = await newFolder();
    await run(folder, {}, [key('p1', 'ann@example.com')]);

    await run(folder, {}, [key('p2')]);

    const text = await readText(folder, 'api_keys.csv');
    expect(text).toContain('project_id,api_key_id,name,scopes,created_at,member_id,last_seen\r\n');
    expect(text).not.toContain('ann@example.com');
    expect((await readTable(folder, 'api_keys.csv')).map((row) => row.project_id)).toEqual(['p1', 'p2']);
  });

  test.each([
    ['an empty file', ''],
    ['no line end', 'project_id,na'],
    ['a cut row', 'project_id,name,mip_opt_out\r\np1,Sup'],
    ['a cut row after many', `project_id,name,mip_opt_out\r\n${'p1,Support,\r\n'.repeat(60_000)}p1,Sup`],
    [
      'half a line end after many',
      `project_id,name,mip_opt_out\r\n${'p1,Support,\r\n'.repeat(60_000)}p1,Support,\r`,
    ],
    ['a cut row in other columns', 'name,project_id\r\nSupport,p'],
  ])('a part that is not whole (%s) is named, and the table stays as it was', async (_, content) => {
    const folder = await newFolder();
    await run(folder, { streams: [projects] }, []);
    await mkdir(join(folder, '.parts', 'projects', 'project_id=p1'), { recursive: true });
    await writeFile(join(folder, '.parts', 'projects', 'project_id=p1', 'snapshot.csv'), content);

    const rerun = run(folder, { streams: [projects] }, []);

    await expect(rerun).rejects.toMatchObject({
      code: 'SINK_FILES',
      kind: 'permanent',
      message: expect.stringContaining(join('project_id=p1', 'snapshot.csv')),
      hint: expect.stringContaining('Delete it'),
    });
    expect(await readText(folder, 'projects.csv')).toBe('project_id,name,mip_opt_out\r\n');
  });
});

describe('hostile names', () => {
  const ids = ['../../etc/passwd', '=cmd()', 'Zürich 東京 🎧', 'x'.repeat(300), '..', '.', 'a/b', 'a.b', ''];

  test('stay inside the folder and apart from each other', async () => {
    const folder = await newFolder();
    const deliveries = ids.map((id) => ({
      stream: projects,
      project: id,
      day: null,
      batches: [[rowOf(projects, { project_id: id, name: id })]],
    }));

    await run(folder, {}, deliveries);

    const names = (await readTable(folder, 'projects.csv')).map((row) => row.name);
    expect(names.sort()).toEqual(ids.map((id) => (id.startsWith('=') ? `'${id}` : id)).sort());
    expect((await readdir(folder)).sort()).toEqual([
      '.counts',
      '.parts',
      'README.txt',
      'datapackage.json',
      'deepgram.tds',
      'projects.csv',
    ]);
  });
});

describe('trouble with the folder', () => {
  test('a path that is a file is an error with a hint', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'taken'), '');
    const sink = openSink(join(folder, 'taken'));

    const beginning = begin(sink, { stream: usage });

    await expect(beginning).rejects.toBeInstanceOf(ExportError);
    await expect(beginning).rejects.toMatchObject({
      code: 'SINK_FILES',
      kind: 'permanent',
      hint: expect.any(String),
    });
  });

  test('check says what is wrong, or leaves no file behind', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'taken'), '');

    const good = await openSink(folder).check(never);
    const bad = await openSink(join(folder, 'taken')).check(never);

    expect(good).toMatchObject({ what: 'write to .', ok: true });
    expect(bad).toMatchObject({
      ok: false,
      detail: expect.stringContaining('taken'),
      hint: expect.any(String),
    });
    expect(await readdir(folder)).toEqual(['taken']);
  });

  test('a folder where the table should be is an error, and nothing half written stays', async () => {
    const folder = await newFolder();
    await mkdir(join(folder, 'usage.csv', 'full'), { recursive: true });
    const sink = openSink(folder);
    await deliver(sink, usageOf('p1', '2026-11-20', 1));

    const closing = sink.finish?.(anyRun, never);

    await expect(closing).rejects.toMatchObject({ code: 'SINK_FILES' });
    expect((await readdir(folder)).sort()).toEqual(['.counts', '.parts', 'usage.csv']);
  });
});

test('a run without records writes the header of each table, and says so', async () => {
  const folder = await newFolder();
  const sink = openSink(folder, { streams: [usage] });

  const report = await sink.finish?.(anyRun, never);

  expect(report).toEqual({ facts: { tables: 1 }, notes: [] });
  expect((await readdir(folder)).sort()).toEqual([
    'README.txt',
    'datapackage.json',
    'deepgram.tds',
    'usage.csv',
  ]);
});
