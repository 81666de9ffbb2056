import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { models } from '../../connectors/deepgram/streams/account.js';
import { ndjsonSink } from '../../connectors/ndjson/ndjson-sink.js';
import { parquetSink } from '../../connectors/parquet/parquet-sink.js';
import { tableauSettings } from '../../connectors/tableau/tableau-settings.js';
import { tableauSink } from '../../connectors/tableau/tableau-sink.js';
import { folderContents } from '../../connectors/testing/folder-contents.js';
import { partitionOf, requestRow } from '../../connectors/testing/sample-records.js';
import { sinkContext } from '../../connectors/testing/sink-context.js';
import type { HeldPartition, Sink } from '../../src/catalogue/sink.js';
import type { Row } from '../../src/streams/field.js';
import type { Partition } from '../../src/streams/partition.js';

const RUN = { records: 0, partitions: 0, failedPartitions: 0, calls: 0, retries: 0, elapsedMs: 0 };
const DAY = '2026-11-20';
const PARTITION = partitionOf('requests', DAY);
const PROJECT = `project_id=${PARTITION.project.id}`;
const ROWS = [requestRow(1, DAY, { tags: ['a', 'b'] }), requestRow(2, DAY, { cost_usd: 1e-7 })];
const HELD: HeldPartition = { records: 2, sums: sumsOf(ROWS) };

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'held-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const kinds = [
  {
    name: 'ndjson',
    open: () => ndjsonSink({ path: 'out', compression: 'none' }, sinkContext(cwd)),
    file: `requests/${PROJECT}/date=${DAY}/part.ndjson`,
  },
  {
    name: 'ndjson with gzip',
    open: () => ndjsonSink({ path: 'out', compression: 'gzip' }, sinkContext(cwd)),
    file: `requests/${PROJECT}/date=${DAY}/part.ndjson.gz`,
  },
  {
    name: 'parquet',
    open: () => parquetSink({ path: 'out', compression: 'gzip' }, sinkContext(cwd)),
    file: `requests/${PROJECT}/date=${DAY}/part.parquet`,
  },
  ...(['single', 'daily'] as const).map((layout) => ({
    name: `tableau-csv with layout ${layout}`,
    open: () => tableauSink(tableauSettings.parse({ path: 'out', layout, bom: true }), sinkContext(cwd)),
    file:
      layout === 'single'
        ? `.parts/requests/${PROJECT}/${DAY}.csv`
        : `requests/requests_${PARTITION.project.id}_${DAY}.csv`,
  })),
];

describe.each(kinds)('$name', ({ open, file }) => {
  const path = () => join(cwd, 'out', file);
  const held = async (partition = PARTITION) => {
    const { stream, project, day } = partition;
    const found = await open().held?.(stream, project, [day], new AbortController().signal);
    return found?.get(day);
  };

  it('has what is there, with the sums to the last digit', async () => {
    await delivered(open(), ROWS);

    expect(await held()).toEqual(HELD);
  });

  it('counts by reading the file where the counts are gone or damaged, and notes it at the next end', async () => {
    await delivered(open(), ROWS);
    const before = await folderContents(join(cwd, 'out'));
    const [counts = ''] = Object.keys(before).filter((name) => name.startsWith('.counts'));
    await writeFile(join(cwd, 'out', counts), '{"version":1,"days":{"2026-11-20":[2,{"cost_u');
    expect(await held()).toEqual(HELD);
    await rm(join(cwd, 'out', '.counts'), { recursive: true });

    const sink = open();
    const { stream, project, day } = PARTITION;
    const found = await sink.held?.(stream, project, [day], new AbortController().signal);
    await sink.finish?.(RUN, new AbortController().signal);

    expect(found?.get(day)).toEqual(HELD);
    expect((await folderContents(join(cwd, 'out')))[counts]).toEqual(before[counts]);
  });

  it('writes no counts anew that say the same', async () => {
    await delivered(open(), ROWS);
    const counts = join(cwd, 'out/.counts/requests', `${PROJECT}.json`);
    const { ino } = await stat(counts);

    await delivered(open(), ROWS);
    const { ino: again } = await stat(counts);
    await delivered(open(), ROWS.slice(1));

    expect(again).toBe(ino);
    expect((await stat(counts)).ino).not.toBe(ino);
  });

  it('reads no file whose length is as it was noted', async () => {
    await delivered(open(), ROWS);
    const bytes = await readFile(path());
    await writeFile(path(), Buffer.alloc(bytes.length));

    expect(await held()).toEqual(HELD);
  });

  it('has nothing of a file that was removed, cut or made something else', async () => {
    await delivered(open(), ROWS);
    await truncate(path(), 20);
    expect(await held()).toBeUndefined();
    await rm(path());
    expect(await held()).toBeUndefined();
    await mkdir(path());
    expect(await held()).toBeUndefined();
  });

  it('follows no link, neither of a file nor of a folder', async () => {
    await delivered(open(), ROWS);
    await rename(path(), join(cwd, 'elsewhere'));
    await symlink(join(cwd, 'elsewhere'), path());
    expect(await held()).toBeUndefined();

    await rm(path());
    await rename(join(cwd, 'elsewhere'), path());
    const folder = dirname(path());
    await rename(folder, join(cwd, 'folder'));
    await symlink(join(cwd, 'folder'), folder);

    expect(await held()).toBeUndefined();
  });

  it('an older copy of the folder has its own counts, and not those of a later run', async () => {
    await delivered(open(), ROWS.slice(0, 1));
    await rename(join(cwd, 'out'), join(cwd, 'backup'));
    await delivered(open(), ROWS);
    await rm(join(cwd, 'out'), { recursive: true });
    await rename(join(cwd, 'backup'), join(cwd, 'out'));

    expect(await held()).toEqual({ records: 1, sums: sumsOf(ROWS.slice(0, 1)) });
  });

  it('an older file alone is counted', async () => {
    await delivered(open(), ROWS.slice(0, 1));
    const older = await folderContents(join(cwd, 'out'));
    const bytes = await readFile(path());
    await delivered(open(), ROWS);
    await writeFile(path(), bytes);

    expect(Object.keys(older)).toContain(file);
    expect(await held()).toEqual({ records: 1, sums: sumsOf(ROWS.slice(0, 1)) });
  });

  it('counts snapshots, and streams of which nothing is summed', async () => {
    const snapshot: Partition = { stream: models, project: PARTITION.project, day: null };
    const row = Object.fromEntries(models.fields.map(({ name }) => [name, null]));
    await delivered(open(), [{ ...row, project_id: PARTITION.project.id, model_id: 'm,1' }], snapshot);
    await rm(join(cwd, 'out', '.counts'), { recursive: true });

    expect(await held(snapshot)).toEqual({ records: 1, sums: {} });
  });

  it('counts anew where something else has the name of its counts', async () => {
    await delivered(open(), ROWS);
    const counts = join(cwd, 'out/.counts/requests', `${PROJECT}.json`);
    await rm(counts);
    await mkdir(counts);

    expect(await held()).toEqual(HELD);
  });

  describe('is empty', () => {
    const isEmpty = () => open().isEmpty?.();

    it('where there is no folder, or nothing but what is not of ours', async () => {
      expect(await isEmpty()).toBe(true);
      await mkdir(join(cwd, 'out/.deepgram-export'), { recursive: true });
      await mkdir(join(cwd, 'out/notes'));
      for (const name of ['.gitkeep', '.deepgram-export/state.json', 'README.md', 'notes/today.txt'])
        await writeFile(join(cwd, 'out', name), '{}');

      expect(await isEmpty()).toBe(true);
    });

    it('where only the folders, the counts and a leftover are left', async () => {
      await delivered(open(), ROWS);
      await removeData(join(cwd, 'out'));
      await writeFile(join(dirname(path()), `.${DAY}.csv.1-00000000-00000000-1.tmp`), '');

      expect(await readdir(join(cwd, 'out', '.counts'))).toEqual(['requests']);
      expect(await isEmpty()).toBe(true);
    });

    it('and is not while one partition is there', async () => {
      await delivered(open(), []);

      expect(await isEmpty()).toBe(false);
    });
  });
});

describe.each(kinds.filter(({ name }) => name.startsWith('tableau')))('$name', ({ open, file }) => {
  const childOf = (table: string) =>
    join(
      cwd,
      'out',
      file.replace('/requests/', `/${table}/`).replace('requests/requests_', `${table}/${table}_`),
    );
  const held = async () => {
    const { stream, project, day } = PARTITION;
    return (await open().held?.(stream, project, [day], new AbortController().signal))?.get(day);
  };

  it.each(['requests_tags', 'requests_models', 'requests_features'])(
    'lacks a partition whose %s are gone or changed',
    async (table) => {
      await delivered(open(), ROWS);
      await appendFile(childOf(table), 'p1,r1,more\r\n');
      expect(await held()).toBeUndefined();
      await rm(childOf(table));
      expect(await held()).toBeUndefined();
      await rm(join(cwd, 'out/.counts'), { recursive: true });

      expect(await held()).toBeUndefined();
    },
  );
});

it('a single table that was deleted or changed comes back with a run that has nothing to deliver', async () => {
  const open = () => tableauSink(tableauSettings.parse({ path: 'out' }), sinkContext(cwd));
  await delivered(open(), ROWS);
  const before = await folderContents(join(cwd, 'out'));
  await rm(join(cwd, 'out/requests.csv'));
  await rm(join(cwd, 'out/datapackage.json'));
  await writeFile(join(cwd, 'out/requests_tags.csv'), 'somebody was here\n');

  await open().finish?.(RUN, new AbortController().signal);

  expect(await folderContents(join(cwd, 'out'))).toEqual(before);
});

it('the other compression counts while the day was not delivered anew', async () => {
  await delivered(ndjsonSink({ path: 'out', compression: 'none' }, sinkContext(cwd)), ROWS);

  const packed = ndjsonSink({ path: 'out', compression: 'gzip' }, sinkContext(cwd));
  const held = await packed.held?.(PARTITION.stream, PARTITION.project, [DAY], new AbortController().signal);

  expect(held?.get(DAY)).toEqual(HELD);
});

it('counts that cannot be noted are told, and fail nothing', async () => {
  const warnings: string[] = [];
  const log = { ...sinkContext(cwd).log, warn: (message: string) => warnings.push(message) };
  await mkdir(join(cwd, 'out'));
  await writeFile(join(cwd, 'out/.counts'), 'in the way');

  await delivered(ndjsonSink({ path: 'out', compression: 'none' }, sinkContext(cwd, { log })), ROWS);

  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(join(cwd, 'out/.counts'));
});

async function delivered(sink: Sink, rows: readonly Row[], partition = PARTITION): Promise<void> {
  const writer = await sink.begin(partition, new AbortController().signal);
  await writer.write(rows);
  await writer.commit();
  await sink.finish?.(RUN, new AbortController().signal);
}

/** Removes every file of data below a folder, and leaves folders. */
async function removeData(root: string): Promise<void> {
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && !entry.parentPath.includes('.counts')) await rm(join(entry.parentPath, entry.name));
}

function sumsOf(rows: readonly Row[]): Record<string, number> {
  const sum = (name: string) => rows.reduce((total, row) => total + Number(row[name] ?? 0), 0);
  return Object.fromEntries(PARTITION.stream.sums.map((name) => [name, sum(name)]));
}
