import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../src/checkpoints/file/file-store.js';
import { OutputFolder } from '../../src/files/output-folder.js';

/** A day and a minute. */
const LONG_AGO = new Date(Date.now() - 86_460_000);

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'leftovers-'));
});

describe('what another process left half written', () => {
  it('goes when a file is made in its folder and the process is gone', async () => {
    await leave({ pid: await goneProcess() });

    await makeFile();

    expect(await readdir(root)).toEqual(['day.csv']);
  });

  it('goes when the process had our own number, as in a container where every process has number 1', async () => {
    await leave({ pid: process.pid });

    await makeFile();

    expect(await readdir(root)).toEqual(['day.csv']);
  });

  it('goes in a folder below, whichever file it was to become', async () => {
    await mkdir(join(root, 'usage'));
    await leave({ pid: await goneProcess(), folder: 'usage' });

    await makeFile(['usage', 'other.csv']);

    expect(await readdir(join(root, 'usage'))).toEqual(['other.csv']);
  });

  it('goes when it was to become a lock of the state, as soon as the state is written', async () => {
    await leave({ pid: await goneProcess(), of: 'state.json.lock' });

    const store = fileStore(join(root, 'state.json'), { source: 'deepgram' });
    await store.save({ version: 2, updated_at: '', sinks: new Map(), sources: new Map() });

    expect(await readdir(root)).toEqual(['state.json']);
  });

  it('stays while the process lives', async () => {
    const name = await leave({ pid: process.ppid });

    await makeFile();

    expect((await readdir(root)).sort()).toEqual([name, 'day.csv']);
  });

  it('stays when it is from another machine and may still be written', async () => {
    const name = await leave({ pid: await goneProcess(), host: '00000000' });

    await makeFile();

    expect((await readdir(root)).sort()).toEqual([name, 'day.csv']);
  });

  it('goes when it is from another machine and was left alone for more than a day', async () => {
    const name = await leave({ pid: process.ppid, host: '00000000' });
    await utimes(join(root, name), LONG_AGO, LONG_AGO);

    await makeFile();

    expect(await readdir(root)).toEqual(['day.csv']);
  });
});

it('our own half-written files stay when another file is made', async () => {
  const first = await new OutputFolder(root).createFile(['first.csv']);
  await first.write('first');

  await makeFile();
  await first.commit();

  expect((await readdir(root)).sort()).toEqual(['day.csv', 'first.csv']);
});

it('files of the user stay, whatever they are called', async () => {
  const names = ['.day.csv.tmp', '.day.csv.1-2.tmp', '.env', 'day.csv.1-00000000-00000000-1.tmp'];
  for (const name of names) {
    await writeFile(join(root, name), 'precious');
    await utimes(join(root, name), LONG_AGO, LONG_AGO);
  }

  await makeFile();

  expect((await readdir(root)).sort()).toEqual([...names, 'day.csv'].sort());
});

async function makeFile(segments: readonly string[] = ['day.csv']): Promise<void> {
  const file = await new OutputFolder(root).createFile(segments);
  await file.commit();
}

/** A temporary file as this program makes it, but of another process; returns its name. */
async function leave(left: { pid: number; host?: string; folder?: string; of?: string }): Promise<string> {
  const folder = join(root, left.folder ?? '');
  const file = await new OutputFolder(folder).createFile(['left.csv']);
  await file.finish();
  const [own = ''] = await readdir(folder);
  const [, ownHost] = /\.\d+-([\da-f]{8})-/.exec(own) ?? [];
  const name = `.${left.of ?? 'left.csv'}.${left.pid}-${left.host ?? ownHost}-00000000-1.tmp`;
  await rename(join(folder, own), join(folder, name));
  return name;
}

async function goneProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}
