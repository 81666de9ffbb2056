import { beforeEach, describe, expect, it } from 'vitest';
import { partitionOf, requestRow } from '../../../connectors/testing/sample-records.js';
import type { JournalKey } from '../../../src/checkpoints/journal/append-journal.js';
import type { JournalPartition } from '../../../src/checkpoints/journal/append-partition.js';
import { recordKey } from '../../../src/checkpoints/journal/record-key.js';
import { STORES, type StoreOfRuns } from '../stores.js';

const KEY: JournalKey = { sink: 'logs', stream: 'requests', projectId: 'p1', day: '2026-11-20' };

async function neverAsked(): Promise<never> {
  throw new Error('there was nothing to ask');
}

async function deliver(partition: JournalPartition, keys: readonly string[]): Promise<void> {
  await partition.announce(keys);
  await partition.acknowledged();
}

describe.each(STORES)('a journal in $kind', ({ begin }) => {
  let runs: StoreOfRuns;
  beforeEach(async () => {
    runs = await begin();
  });

  /** Opens as a new run would: nothing is left in memory. */
  async function open(
    key = KEY,
    ask: (keys: readonly string[]) => Promise<ReadonlySet<string>> = neverAsked,
  ) {
    return (await runs.next()).journal.open(key, ask);
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
    it('is known at once, and to later runs', async () => {
      const first = await open();
      await deliver(first, ['a', 'b']);
      const atOnce = ['a', 'b', 'c'].map((key) => first.has(key));
      await first.commit();

      const later = await open();

      expect(atOnce).toEqual([true, true, false]);
      expect(['a', 'b', 'c'].map((key) => later.has(key))).toEqual([true, true, false]);
    });

    it('is told from what is done with and not there, at once, to later runs, and after a death', async () => {
      const partition = await open();
      await partition.announce(['a', 'b', 'c']);
      await partition.acknowledged(['b']);
      const fates = (of: JournalPartition) =>
        ['a', 'b', 'c', 'd'].map((key) => [of.has(key), of.isUndelivered(key)]);
      const atOnce = fates(partition);
      await partition.close();

      const afterDeath = await open();
      const known = [afterDeath.known, fates(afterDeath)];
      await afterDeath.commit();
      const later = await open();

      const expected = [
        [true, false],
        [true, true],
        [true, false],
        [false, false],
      ];
      expect(atOnce).toEqual(expected);
      expect(known).toEqual([3, expected]);
      expect(fates(later)).toEqual(expected);
    });

    it('is apart for each sink, stream, project and day', async () => {
      const others = [
        { ...KEY, sink: 'logs2' },
        { ...KEY, stream: 'usage' },
        { ...KEY, projectId: 'p2' },
        { ...KEY, day: '2026-11-21' },
        { ...KEY, day: null },
      ];
      await deliverAndCommit(['a']);

      const { journal } = await runs.next();
      const known = await Promise.all(
        others.map(async (key) => (await journal.open(key, neverAsked)).has('a')),
      );

      expect(known).toEqual([false, false, false, false, false]);
    });

    it('may be written for several partitions at once, and for one only once', async () => {
      const { journal } = await runs.next();
      const one = await journal.open(KEY, neverAsked);
      const other = await journal.open({ ...KEY, day: '2026-11-21' }, neverAsked);
      await one.announce(['a']);
      await other.announce(['a']);

      const again = journal.open(KEY, neverAsked);

      await expect(again).rejects.toThrow('open already');
      await one.acknowledged();
      await one.commit();
      const reopened = await journal.open(KEY, neverAsked);
      expect(reopened.has('a')).toBe(true);
      await Promise.all([other.close(), reopened.close()]);
    });
  });

  describe('forgetting', () => {
    it('removes a partition and no other', async () => {
      const other = { ...KEY, day: '2026-11-21' };
      await deliverAndCommit(['a']);
      await deliverAndCommit(['a'], other);

      const { journal } = await runs.next();
      await journal.forget(KEY);
      await journal.forget(KEY);

      expect((await open()).has('a')).toBe(false);
      expect((await open(other)).has('a')).toBe(true);
    });

    it('removes all of a sink that delivers elsewhere now', async () => {
      const other = { ...KEY, sink: 'logs2' };
      await deliverAndCommit(['a']);
      await deliverAndCommit(['a'], other);

      await (await runs.next()).journal.forgetSink('logs');

      expect((await open()).has('a')).toBe(false);
      expect((await open(other)).has('a')).toBe(true);
    });
  });

  describe('after a crash', () => {
    it('knows what was acknowledged', async () => {
      await die(['a', 'b'], []);

      const partition = await open();

      expect(['a', 'b'].map((key) => partition.has(key))).toEqual([true, true]);
    });

    it('asks for what was on its way, and only for that', async () => {
      await die(['a', 'b'], ['c', 'd']);
      const asked: string[][] = [];

      const partition = await open(KEY, async (keys) => {
        asked.push([...keys]);
        return new Set(['c', 'never announced']);
      });

      expect(asked).toEqual([['c', 'd']]);
      const known = ['a', 'b', 'c', 'd', 'never announced'].filter((key) => partition.has(key));
      expect(known).toEqual(['a', 'b', 'c']);
    });

    it('asks once: the answer is kept', async () => {
      await die([], ['c']);
      await (await open(KEY, async () => new Set(['c']))).close();

      const partition = await open(KEY, neverAsked);

      expect(partition.has('c')).toBe(true);
    });

    it('keeps the doubt where asking fails', async () => {
      await die([], ['c']);
      const { journal } = await runs.next();
      const failing = journal.open(KEY, async () => {
        throw new Error('nobody answers');
      });
      await expect(failing).rejects.toThrow('nobody answers');

      const partition = await journal.open(KEY, async (keys) => new Set(keys));

      expect(partition.has('c')).toBe(true);
    });

    it('takes an acknowledgement that comes after the end for a doubt', async () => {
      const late = await open();
      await late.announce(['a']);
      await late.close();
      await late.acknowledged();

      const partition = await open(KEY, async () => new Set());

      expect(partition.has('a')).toBe(false);
    });
  });
});

describe('the key of a record', () => {
  it('is made of the key fields alone', () => {
    const { stream } = partitionOf('requests', '2026-11-20');

    const key = recordKey(stream, requestRow(1));

    expect(recordKey(stream, requestRow(1, '2026-11-20', { cost_usd: 1 }))).toBe(key);
    expect(recordKey(stream, requestRow(2))).not.toBe(key);
  });

  it('joins them so that no two records are mixed up', () => {
    const { stream } = partitionOf('requests', '2026-11-20');
    const rows = [
      { project_id: 'a', request_id: 'b,c' },
      { project_id: 'a,b', request_id: 'c' },
      { project_id: 'a","b', request_id: 'c' },
      { project_id: 'a', request_id: null },
      { project_id: 'a', request_id: 'null' },
      { project_id: 'a', request_id: '' },
    ];

    const keys = new Set(rows.map((row) => recordKey(stream, row)));

    expect(keys.size).toBe(rows.length);
  });
});
