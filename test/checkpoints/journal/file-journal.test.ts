import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalKey } from '../../../src/checkpoints/journal/append-journal.js';
import type { JournalPartition } from '../../../src/checkpoints/journal/append-partition.js';
import { fileJournal } from '../../../src/checkpoints/journal/file-journal.js';

const KEY: JournalKey = { sink: 'logs', stream: 'requests', projectId: 'p1', day: '2026-11-20' };

let cwd: string;
let root: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'journal-'));
  root = join(cwd, 'delivered');
});
afterEach(() => rm(cwd, { recursive: true }));

const path = (name: string) => join(root, 'logs/requests/p1/2026-11-20', name);

/** Opens as a new run would: nothing is left in memory. */
function open(key = KEY, ask: (keys: readonly string[]) => Promise<ReadonlySet<string>> = neverAsked) {
  return fileJournal(root).open(key, ask);
}

async function neverAsked(): Promise<never> {
  throw new Error('there was nothing to ask');
}

async function deliver(partition: JournalPartition, keys: readonly string[]): Promise<void> {
  await partition.announce(keys);
  await partition.acknowledged();
}

async function deliverAndCommit(keys: readonly string[], key = KEY): Promise<void> {
  const partition = await open(key);
  await deliver(partition, keys);
  await partition.commit();
}

/** Delivers `acknowledged`, announces `announced`, and dies: the journal is all that is left. */
async function die(acknowledged: readonly string[], announced: readonly string[]): Promise<void> {
  const partition = await open();
  if (acknowledged.length > 0) await deliver(partition, acknowledged);
  if (announced.length > 0) await partition.announce(announced);
  await partition.close();
}

describe('what was delivered', () => {
  it('is nothing at first, and looking leaves no trace', async () => {
    const partition = await open();
    await partition.commit();

    expect(partition.has('a')).toBe(false);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('has what is not there in a file of its own', async () => {
    const partition = await open();
    await partition.announce(['a', 'b']);
    await partition.acknowledged(['b']);
    await partition.commit();

    expect((await readdir(path('.'))).sort()).toEqual(['delivered.ids', 'undelivered.ids']);
  });

  it('takes 8 bytes a record, however often it is committed, and no journal', async () => {
    await deliverAndCommit(Array.from({ length: 20_000 }, (_, index) => `first ${index}`));
    await deliverAndCommit(Array.from({ length: 20_000 }, (_, index) => `second ${index}`));

    const partition = await open();

    expect((await stat(path('delivered.ids'))).size).toBe(8 * 40_000 + 16);
    expect(await readdir(path('.'))).toEqual(['delivered.ids']);
    const known = [...Array(20_000).keys()].filter(
      (index) => partition.has(`first ${index}`) && partition.has(`second ${index}`),
    );
    expect(known).toHaveLength(20_000);
    expect(partition.has('first 20000')).toBe(false);
  });

  it('keeps the journal short in the middle of a run', async () => {
    const partition = await fileJournal(root, { foldAtBytes: 1_000 }).open(KEY, neverAsked);
    const sizes: number[] = [];

    for (let batch = 0; batch < 50; batch += 1) {
      await deliver(partition, [`batch ${batch}, record 1`, `batch ${batch}, record 2`]);
      sizes.push((await stat(path('journal')).catch(() => ({ size: 0 }))).size);
    }
    await partition.close();

    expect(Math.max(...sizes)).toBeLessThan(1_000);
    const later = await open();
    for (let batch = 0; batch < 50; batch += 1) expect(later.has(`batch ${batch}, record 1`)).toBe(true);
  });

  it.each(['../../etc/passwd', '..', '/abs', '', 'Ünïcödé 語'])(
    'stays inside its folder for a project with the id %j',
    async (projectId) => {
      await deliverAndCommit(['a'], { ...KEY, projectId });

      expect(await readdir(cwd)).toEqual(['delivered']);
      expect(await readdir(join(root, 'logs/requests'))).toEqual([expect.stringMatching(/^[\w%-]+$/)]);
    },
  );
});

it('forgets a partition with its folder, and no other', async () => {
  await deliverAndCommit(['a']);
  await deliverAndCommit(['a'], { ...KEY, day: '2026-11-21' });

  await fileJournal(root).forget(KEY);

  expect(await readdir(join(root, 'logs/requests/p1'))).toEqual(['2026-11-21']);
});

describe('after a crash', () => {
  it('may find a journal whose records are all in the sorted file already', async () => {
    await die(['a'], []);
    await cp(path('journal'), join(cwd, 'journal'));
    await deliverAndCommit(['b']);
    await cp(join(cwd, 'journal'), path('journal'));

    await deliverAndCommit(['c']);

    const partition = await open();
    expect(['a', 'b', 'c'].every((key) => partition.has(key))).toBe(true);
    expect((await stat(path('delivered.ids'))).size).toBe(8 * 3 + 16);
  });

  it('asks for nothing that the sorted file has', async () => {
    await die([], ['a']);
    await cp(path('journal'), join(cwd, 'journal'));
    await (await open(KEY, async () => new Set(['a']))).commit();
    await cp(join(cwd, 'journal'), path('journal'));

    const partition = await open(KEY, neverAsked);

    expect(partition.has('a')).toBe(true);
  });

  it.each(['cut off', 'filled with zeros'])('bears a journal that is %s at any byte', async (tail) => {
    await die(['a', 'b'], []);
    const firstIntent = (await readFile(path('journal'))).indexOf('\n') + 1;
    await rm(root, { recursive: true });
    await die(['a', 'b'], ['c']);
    const journal = await readFile(path('journal'));

    // An intent that is not whole was never on the disk, so its batch never left.
    for (let length = 0; length < journal.length; length += 1) {
      const there = new Set(length < firstIntent ? [] : ['a', 'b']);
      const lost = tail === 'cut off' ? Buffer.alloc(0) : Buffer.alloc(journal.length - length);
      await rm(path('delivered.ids'), { force: true });
      await writeFile(path('journal'), Buffer.concat([journal.subarray(0, length), lost]));

      const partition = await open(KEY, async (keys) => new Set(keys.filter((key) => there.has(key))));
      const known = ['a', 'b', 'c'].filter((key) => partition.has(key));
      await deliver(partition, ['c']);
      await partition.close();

      expect(known).toEqual([...there]);
      expect((await open()).has('c')).toBe(true);
    }
  });
});

describe('damage', () => {
  it.each<[what: string, damage: (bytes: Buffer) => Buffer]>([
    ['cut off', (bytes) => bytes.subarray(0, -3)],
    ['shorter by a record', (bytes) => bytes.subarray(0, -8)],
    ['empty', () => Buffer.alloc(0)],
    [
      'changed in one bit',
      (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)]),
    ],
    ['another file', () => Buffer.from('{"version":1}'.padEnd(64))],
  ])('is refused in a sorted file that is %s', async (_what, damage) => {
    await deliverAndCommit(['a', 'b', 'c']);
    await writeFile(path('delivered.ids'), damage(await readFile(path('delivered.ids'))));

    const opening = open();

    await expect(opening).rejects.toMatchObject({
      code: 'STATE_REFUSED',
      message: expect.stringContaining(path('delivered.ids')),
      hint: expect.stringContaining('deepgram-export state repair'),
    });
  });

  it.each<[what: string, damage: (lines: string[]) => string[]]>([
    ['an intent is missing', ([, ...rest]) => rest],
    ['a batch is missing', ([, , ...rest]) => rest],
    ['an intent is changed', ([first = '', ...rest]) => [first.replace('a', 'z'), ...rest]],
    ['lines are exchanged', ([one = '', two = '', ...rest]) => [two, one, ...rest]],
    ['a line is whole and means nothing', (lines) => ['02b75518 {"wat":1}', ...lines]],
  ])('is refused in a journal where %s', async (_what, damage) => {
    await die(['a', 'b'], ['c']);
    const lines = (await readFile(path('journal'), 'utf8')).split('\n');
    await writeFile(path('journal'), damage(lines).join('\n'));

    const opening = open(KEY, async () => new Set());

    await expect(opening).rejects.toMatchObject({
      code: 'STATE_REFUSED',
      message: expect.stringContaining(path('journal')),
      hint: expect.stringContaining('deepgram-export state repair'),
    });
  });

  it('is no reason to refuse where only a mark is lost that the next intent implies', async () => {
    await die(['a', 'b'], ['c']);
    const [intent, , next] = (await readFile(path('journal'), 'utf8')).split('\n');
    await writeFile(path('journal'), [intent, '\0\0\0', next, ''].join('\n'));

    const partition = await open(KEY, async () => new Set());

    expect(['a', 'b', 'c'].filter((key) => partition.has(key))).toEqual(['a', 'b']);
  });
});
