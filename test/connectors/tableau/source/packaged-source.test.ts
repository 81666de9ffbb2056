import { spawnSync } from 'node:child_process';
import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiKeys, members, projects } from '../../../../connectors/deepgram/streams/account.js';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../../connectors/deepgram/streams/usage.js';
import { writeTdsx } from '../../../../connectors/tableau/source/packaged-source.js';
import { tablesOf } from '../../../../connectors/tableau/tables/stream-tables.js';
import type { Stream } from '../../../../src/streams/stream.js';
import { hasTableauSchema, schemaErrors } from '../../../contract/tableau-schema.js';
import { anyRun, newFolder, openSink, pathsOf, rowOf, run, usageOf } from '../tableau-folder.js';
import { EVERYTHING, TableauDocument } from './documents.js';

const PACKAGED = { package: true } as const;
const FILE = 'deepgram.tdsx';

/** Programs that nobody here wrote, by what they take to put a zip into the folder that they run in. */
const UNZIPPERS = [
  { name: 'unzip', command: ['unzip', '-q'] },
  {
    name: 'Python’s zipfile',
    command: ['python3', '-c', 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall()'],
  },
];

for (const { name, command } of UNZIPPERS) {
  const [program = ''] = command;
  const isThere = spawnSync(program, ['--help']).error === undefined;
  if (!isThere) process.stdout.write(`Skipped: ${program} is not installed.\n`);
  describe.skipIf(!isThere)(`deepgram.tdsx, as ${name} opens it`, () => {
    it('is a data source on top, and every table where that looks for it', async () => {
      const folder = await newFolder();
      await run(folder, { ...PACKAGED, streams: EVERYTHING }, [
        usageOf('p1', '2026-11-20', 1),
        { stream: requests, batches: [[rowOf(requests, { request_id: 'r1', tags: ['a', '"b", c'] })]] },
      ]);

      const opened = await unzipped(join(folder, FILE), command);

      const source = await TableauDocument.read(opened);
      const connections = source.at('connection', 'named-connections', 'named-connection', 'connection');
      const files = connections.map(({ directory, filename }) => `${directory}/${filename}`);
      expect((await pathsOf(opened)).toSorted()).toEqual(['deepgram.tds', ...files].sort());
      for (const file of files) {
        expect(await readFile(join(opened, file), 'utf8')).toBe(
          await readFile(join(folder, file.replace(/.*\//, '')), 'utf8'),
        );
      }
      if (hasTableauSchema()) expect(schemaErrors([join(opened, 'deepgram.tds')])).toEqual([]);
    });
  });
}

describe('deepgram.tdsx', () => {
  it('is not written unless it is asked for', async () => {
    const folder = await newFolder();

    await run(folder, { streams: [usage] }, []);

    expect(await pathsOf(folder)).not.toContain(FILE);
  });

  it('is written alone where no source beside the tables is wanted', async () => {
    const folder = await newFolder();

    await run(folder, { ...PACKAGED, source: false, streams: [usage] }, []);

    expect(await pathsOf(folder)).toEqual(expect.arrayContaining([FILE, 'usage.csv']));
    expect(await pathsOf(folder)).not.toContain('deepgram.tds');
  });

  it('is the same file after a run that changes no table, and another one after one that does', async () => {
    const folder = await newFolder();
    const first = usageOf('p1', '2026-11-20', 1);
    await run(folder, PACKAGED, [first]);
    const before = await stat(join(folder, FILE));

    await run(folder, PACKAGED, [first]);
    const same = await stat(join(folder, FILE));
    await run(folder, PACKAGED, [usageOf('p1', '2026-11-20', 2)]);
    const other = await stat(join(folder, FILE));

    expect(same.ino).toBe(before.ino);
    expect(other.ino).not.toBe(before.ino);
    expect((await pathsOf(folder)).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  });

  it('is the same of the same tables wherever and whenever it is written', async () => {
    const [here, there] = [await newFolder(), await newFolder()];
    await run(here, PACKAGED, [usageOf('p1', '2026-11-20', 1)]);

    await run(there, PACKAGED, [usageOf('p1', '2026-11-20', 1)]);

    const bytes = await readFile(join(there, FILE));
    expect(bytes).toEqual(await readFile(join(here, FILE)));
    // The time of the first file, as the format has it: the first day of 1980.
    expect(bytes.readUInt32LE(10)).toBe(0x0021_0000);
  });

  it('is for nobody’s eyes but the owner’s where a table is', async () => {
    const rights = async (stream: Stream) => {
      const folder = await newFolder();
      await run(folder, { ...PACKAGED, streams: [stream] }, []);
      return (await stat(join(folder, FILE))).mode & 0o077;
    };

    expect(await rights(members)).toBe(0);
    expect(await rights(apiKeys({ includeEmails: true }))).toBe(0);
    expect(await rights(projects)).not.toBe(0);
  });

  it('is not begun once the run is interrupted', async () => {
    const folder = await newFolder();

    const closing = openSink(folder, { ...PACKAGED, streams: [usage] }).finish?.(anyRun, AbortSignal.abort());

    await expect(closing).rejects.toMatchObject({ code: 'ABORTED' });
    expect((await pathsOf(folder)).filter((path) => path.includes('deepgram'))).toEqual([]);
  });

  it('takes the place of a link, and does not follow it', async () => {
    const [folder, elsewhere] = [await newFolder(), await newFolder()];
    await writeFile(join(elsewhere, 'precious'), 'precious');
    await symlink(join(elsewhere, 'precious'), join(folder, FILE));

    await run(folder, { ...PACKAGED, streams: [usage] }, []);

    expect(await readFile(join(elsewhere, 'precious'), 'utf8')).toBe('precious');
    expect((await readFile(join(folder, FILE))).subarray(0, 2).toString()).toBe('PK');
  });
});

describe('a package of tables that are elsewhere', () => {
  const [table] = tablesOf(usage);

  it('is not there at all where a table cannot be read', async () => {
    const folder = await newFolder();
    const target = join(folder, 'new.tdsx');

    const writing = writeTdsx(target, [{ table, path: join(folder, 'nothing.csv') }]);

    await expect(writing).rejects.toMatchObject({
      code: 'SINK_FILES',
      message: expect.stringContaining('nothing.csv'),
    });
    expect(await pathsOf(folder)).toEqual([]);
  });
});

/** The folder that a program makes of a zip, in one of its own. */
async function unzipped(path: string, [program = '', ...options]: readonly string[]): Promise<string> {
  const folder = await newFolder();
  const { status, stderr } = spawnSync(program, [...options, path], { cwd: folder, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return folder;
}
