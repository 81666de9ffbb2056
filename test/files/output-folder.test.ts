import { mkdir, mkdtemp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { folderContents } from '../../connectors/testing/folder-contents.js';
import { OutputFolder } from '../../src/files/output-folder.js';

let outside: string;
let root: string;

beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'files-'));
  root = join(outside, 'out');
});

describe('a file', () => {
  it('is not there under its name before it is committed, and then whole', async () => {
    const file = await new OutputFolder(root).createFile(['usage', 'day.csv']);
    await file.write('a\n');
    await file.write(Buffer.from('b\n'));
    const before = await readdir(join(root, 'usage'));

    await file.commit();

    expect(before).not.toContain('day.csv');
    expect(await folderContents(root)).toEqual({ 'usage/day.csv': 'a\nb\n' });
  });

  it('takes the place of the one before only when it is committed', async () => {
    const folder = new OutputFolder(root);
    const first = await folder.createFile(['day.csv']);
    await first.write('first');
    await first.commit();

    const second = await folder.createFile(['day.csv']);
    await second.write('second');
    const between = await folderContents(root);
    await second.commit();

    expect(between['day.csv']).toBe('first');
    expect(await folderContents(root)).toEqual({ 'day.csv': 'second' });
  });

  it('takes no name that something else has by then, where it is not to replace it', async () => {
    const folder = new OutputFolder(root);
    const options = { replaces: false };
    const first = await folder.createFile(['day.csv'], options);
    const second = await folder.createFile(['day.csv'], options);
    await first.write('first');
    await first.commit();

    await expect(second.commit()).rejects.toMatchObject({ code: 'SINK_FILES' });
    await second.abort();

    expect(await folderContents(root)).toEqual({ 'day.csv': 'first' });
  });

  it('may look as old as something else', async () => {
    const file = await new OutputFolder(root).createFile(['day.csv'], { changedAt: 1_700_000_000_000 });

    await file.commit();

    expect((await stat(join(root, 'day.csv'))).mtimeMs).toBe(1_700_000_000_000);
  });

  it('may be empty', async () => {
    const file = await new OutputFolder(root).createFile(['day.csv']);

    await file.commit();

    expect(await folderContents(root)).toEqual({ 'day.csv': '' });
  });

  it('leaves nothing behind when it is taken back', async () => {
    for (const gzip of [false, true]) {
      const file = await new OutputFolder(root).createFile(['day.csv'], { gzip });
      await file.write('a\n'.repeat(100_000));

      await file.abort();
      await file.abort();
    }

    expect(await readdir(root)).toEqual([]);
  });

  it('leaves nothing behind when it is taken back after it was finished', async () => {
    const file = await new OutputFolder(root).createFile(['day.csv'], { gzip: true });
    await file.write('a\n');
    await file.finish();

    await file.abort();

    expect(await readdir(root)).toEqual([]);
  });

  it('is compressed when asked for, larger than any buffer', async () => {
    const text = Array.from({ length: 50_000 }, (_, at) => `line ${at * 7919}\n`);
    const file = await new OutputFolder(root).createFile(['day.gz'], { gzip: true });
    for (let at = 0; at < text.length; at += 1_000) await file.write(text.slice(at, at + 1_000).join(''));

    await file.commit();

    const bytes = await readFile(join(root, 'day.gz'));
    expect(gunzipSync(bytes).toString()).toBe(text.join(''));
    expect(bytes.length).toBeLessThan(text.join('').length / 2);
  });

  it('takes the place of a link instead of writing through it', async () => {
    await mkdir(root);
    await writeFile(join(outside, 'precious'), 'precious');
    await symlink(join(outside, 'precious'), join(root, 'day.csv'));

    const file = await new OutputFolder(root).createFile(['day.csv']);
    await file.write('ours');
    await file.commit();

    expect(await readFile(join(outside, 'precious'), 'utf8')).toBe('precious');
    expect(await folderContents(root)).toEqual({ 'day.csv': 'ours' });
  });
});

describe('says what is in the way, and what to do', () => {
  it('when a folder below is a link', async () => {
    await mkdir(root);
    await mkdir(join(outside, 'elsewhere'));
    await symlink(join(outside, 'elsewhere'), join(root, 'usage'));

    const creating = new OutputFolder(root).createFile(['usage', 'day.csv']);

    await expect(creating).rejects.toMatchObject({
      code: 'SINK_FILES',
      kind: 'permanent',
      message: `Cannot write below ${join(root, 'usage')}: it is a symbolic link.`,
      hint: expect.stringContaining('Remove the link'),
    });
    expect(await readdir(join(outside, 'elsewhere'))).toEqual([]);
  });

  it.each([
    ['the folder itself', 'out'],
    ['a folder above it', ''],
  ])('when %s is a file', async (_, below) => {
    const path = join(outside, 'file');
    await writeFile(path, 'precious');

    const creating = new OutputFolder(join(path, below)).createFile(['day.csv']);

    await expect(creating).rejects.toMatchObject({
      code: 'SINK_FILES',
      kind: 'permanent',
      message: expect.stringMatching(/file.*: .* a file, not a folder\.$/),
      hint: 'Move that file away, or choose another path.',
    });
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  it('when a folder below is a file', async () => {
    await mkdir(root);
    await writeFile(join(root, 'usage'), 'precious');

    const creating = new OutputFolder(root).createFile(['usage', 'day.csv']);

    await expect(creating).rejects.toMatchObject({
      message: `Cannot write below ${join(root, 'usage')}: it is a file, not a folder.`,
    });
  });

  it.runIf(process.platform === 'linux')('when it stands where no folder can be made', async () => {
    const creating = new OutputFolder('/proc/nowhere/out').createFile(['day.csv']);

    await expect(creating).rejects.toMatchObject({
      code: 'SINK_FILES',
      message: 'Cannot write /proc/nowhere/out: its folder is not there, or nothing can be made in it.',
      hint: 'Check the path, or choose another one.',
    });
  });

  it('when a folder has the name of the file', async () => {
    await mkdir(join(root, 'day.csv', 'more'), { recursive: true });

    const creating = new OutputFolder(root).createFile(['day.csv']);

    await expect(creating).rejects.toMatchObject({
      code: 'SINK_FILES',
      message: `Cannot write ${join(root, 'day.csv')}: it is a folder, not a file.`,
    });
  });
});

it('the folder itself may be a link: that is the user’s own choice', async () => {
  await mkdir(join(outside, 'elsewhere'));
  await symlink(join(outside, 'elsewhere'), root);

  const file = await new OutputFolder(root).createFile(['usage', 'day.csv']);
  await file.commit();

  expect(await folderContents(join(outside, 'elsewhere'))).toEqual({ 'usage/day.csv': '' });
});

it('removes a file, also one that is not there', async () => {
  const folder = new OutputFolder(root);
  const file = await folder.createFile(['day.csv']);
  await file.commit();

  await folder.removeFile(['day.csv']);
  await folder.removeFile(['day.csv']);

  expect(await readdir(root)).toEqual([]);
});

it('tries itself out without leaving a file', async () => {
  await new OutputFolder(root).tryOut();

  expect(await readdir(root)).toEqual([]);
});
