import { mkdtemp, readdir, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { whenLetGo } from '../../src/files/held-open.js';

let folder: string;
let waits: number[];
const clock = { sleep: async (ms: number) => void waits.push(ms) };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'held-'));
  waits = [];
});

function refusal(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: resource busy or locked, rename`), { code });
}

/** Renames a file after so many refusals. */
function renaming(code: string, times: number): () => Promise<void> {
  let left = times;
  return async () => {
    if (left-- > 0) throw refusal(code);
    await rename(join(folder, 'draft'), join(folder, 'table.csv'));
  };
}

describe.each(['EPERM', 'EBUSY', 'EACCES'])('a file that another program has open (%s)', (code) => {
  it.each([1, 2, 8])('is replaced when it is let go, after %i refusals', async (times) => {
    await writeFile(join(folder, 'draft'), '');

    await whenLetGo(join(folder, 'table.csv'), clock, renaming(code, times));

    expect(await readdir(folder)).toEqual(['table.csv']);
    expect(waits).toHaveLength(times);
  });

  it('is named when it is not, after five seconds of ever longer waits', async () => {
    const path = join(folder, 'table.csv');

    const change = whenLetGo(path, clock, renaming(code, 1e9));

    await expect(change).rejects.toMatchObject({
      code: 'SINK_FILES',
      kind: 'permanent',
      message: `Cannot write ${path}: another program has it open, or it is protected from change.`,
      hint: expect.stringContaining('Close it where it is open'),
      cause: expect.objectContaining({ code }),
    });
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(5_000);
  });

  it('is told from a folder that one has no right in, or that is gone: nothing is waited for', async () => {
    const change = whenLetGo(join(folder, 'absent', 'table.csv'), clock, renaming(code, 1e9));

    await expect(change).rejects.toThrow(`${code}: resource busy`);
    expect(waits).toEqual([]);
  });
});

it('what is refused for another reason is refused at once', async () => {
  const change = whenLetGo(join(folder, 'table.csv'), clock, renaming('ENOSPC', 1));

  await expect(change).rejects.toThrow('ENOSPC');
  expect(waits).toEqual([]);
});
