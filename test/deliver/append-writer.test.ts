import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manyRequests, partitionOf, requestRow } from '../../connectors/testing/sample-records.js';
import type { PartitionWriter, Receipt, Sink } from '../../src/catalogue/sink.js';
import { type AppendJournal, checkedJournal } from '../../src/checkpoints/journal/append-journal.js';
import { fileJournal } from '../../src/checkpoints/journal/file-journal.js';
import { recordKey } from '../../src/checkpoints/journal/record-key.js';
import { AppendWriter } from '../../src/deliver/append-writer.js';
import { type Log, silentLog } from '../../src/log/log.js';
import type { Row } from '../../src/streams/field.js';
import type { Partition } from '../../src/streams/partition.js';

const PARTITION = partitionOf('requests', '2026-11-20');
const FAILURE = { code: 'ABORTED', kind: 'interrupted', message: 'Interrupted' } as const;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'append-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Keeps what it was ever sent, through runs and their deaths. */
class Receiver {
  readonly entries: Row[] = [];
  readonly aborts: unknown[] = [];
  /** Called at every step of a delivery; may throw, or never return. */
  atStep: (step: string) => Promise<void> = async () => {};

  get ids(): unknown[] {
    return this.entries.map((row) => row.request_id);
  }

  get keys(): string[] {
    return this.entries.map((row) => recordKey(PARTITION.stream, row));
  }

  begin(): PartitionWriter {
    let accepted = 0;
    return {
      write: async (batch) => {
        await this.atStep('before write');
        this.entries.push(...batch);
        await this.atStep('after write');
        accepted += batch.length;
      },
      commit: async () => {
        await this.atStep('before commit');
        return { accepted, rejected: [], skipped: [] };
      },
      abort: async (reason) => void this.aborts.push(reason),
    };
  }
}

type AppendSink = Pick<Sink, 'name' | 'holds'>;

const cannotTell: AppendSink = { name: 'logs' };
const canTell = (receiver: Receiver): AppendSink => ({
  name: 'logs',
  holds: async (_partition, keys) => new Set(receiver.keys.filter((key) => keys.includes(key))),
});

interface Setting {
  readonly writer?: PartitionWriter;
  readonly sink?: AppendSink;
  readonly partition?: Partition;
  readonly journal?: AppendJournal;
  readonly log?: Log;
  readonly onDoubt?: (records: number) => void;
  readonly isLastReading?: boolean;
}

function begin(receiver: Receiver, setting: Setting = {}): PartitionWriter {
  return new AppendWriter({
    writer: setting.writer ?? receiver.begin(),
    sink: setting.sink ?? canTell(receiver),
    partition: setting.partition ?? PARTITION,
    journal: setting.journal ?? fileJournal(root),
    log: setting.log ?? silentLog,
    signal: new AbortController().signal,
    onDoubt: setting.onDoubt ?? (() => {}),
    isLastReading: setting.isLastReading ?? false,
    left: { delivered: 0, undelivered: 0 },
  });
}

/** One run, with nothing left in memory from the one before. */
async function run(receiver: Receiver, batches: readonly (readonly Row[])[], setting: Setting = {}) {
  return deliver(begin(receiver, setting), batches);
}

async function deliver(writer: PartitionWriter, batches: readonly (readonly Row[])[]): Promise<Receipt> {
  for (const batch of batches) await writer.write(batch);
  return writer.commit();
}

/** A run whose process dies at the step with this number, unless it comes to its end before; true where it died. */
async function runAndDie(
  receiver: Receiver,
  batches: readonly (readonly Row[])[],
  dieAt: number,
  setting: Setting = {},
): Promise<boolean> {
  const writer = begin(receiver, setting);
  let steps = 0;
  const death = new Promise<true>((resolve) => {
    receiver.atStep = async () => {
      if (steps === dieAt) {
        resolve(true);
        await new Promise(() => {});
      }
      steps += 1;
    };
  });
  const died = await Promise.race([deliver(writer, batches).then(() => false), death]);
  receiver.atStep = async () => {};
  if (died) await leaveAsIs(() => writer.abort(FAILURE));
  return died;
}

/** Lets go of open files as the end of a process does: what is on the disk stays what it was. */
async function leaveAsIs(letGo: () => Promise<void>): Promise<void> {
  const image = `${root}-image`;
  await cp(root, image, { recursive: true });
  await letGo();
  await rm(root, { recursive: true });
  await rename(image, root);
}

const open = (index: number) => requestRow(index, '2026-11-20', { settled: false, cost_usd: null });
const idsOf = (rows: readonly Row[]) => rows.map((row) => row.request_id);

describe('an append sink', () => {
  it('gets the settled records in their order, and the others are counted', async () => {
    const receiver = new Receiver();

    const receipt = await run(receiver, [[requestRow(2), open(3)], [requestRow(1)]]);

    expect(receiver.entries).toEqual([requestRow(2), requestRow(1)]);
    expect(receipt).toEqual({
      accepted: 2,
      rejected: [],
      skipped: [{ reason: 'not settled yet', count: 1 }],
    });
  });

  it('gets nothing again', async () => {
    const receiver = new Receiver();
    await run(receiver, [manyRequests(5)]);

    const receipt = await run(receiver, [manyRequests(3), manyRequests(6)]);

    expect(receiver.entries).toEqual(manyRequests(6));
    expect(receipt).toEqual({
      accepted: 1,
      rejected: [],
      skipped: [{ reason: 'already delivered', count: 8 }],
    });
  });

  it('gets a record that is read twice once, also within a batch', async () => {
    const receiver = new Receiver();

    const receipt = await run(receiver, [[requestRow(1), requestRow(1)], [requestRow(1)]]);

    expect(receiver.entries).toEqual([requestRow(1)]);
    expect(receipt.skipped).toEqual([{ reason: 'already delivered', count: 2 }]);
  });

  it('is not sent again what it refused or left out, which is never said to be delivered', async () => {
    const receiver = new Receiver();
    const choosy = { ...receiver.begin(), write: async (batch: readonly Row[]) => batch.slice(0, 1) };
    await deliver(begin(receiver, { writer: choosy }), [manyRequests(2)]);

    const receipt = await run(receiver, [manyRequests(3)]);

    expect(receiver.entries).toEqual(manyRequests(3).slice(2));
    expect(receipt.skipped).toEqual([
      { reason: 'already delivered', count: 1 },
      { reason: 'refused or left out by an earlier run, and not tried again', count: 1 },
    ]);
  });

  it.each([[undefined], [true], [[]], [[{}, 'x', null]]])(
    'has what it was sent although it answers %j, which names none of it',
    async (answer) => {
      const receiver = new Receiver();
      const foreign = { ...receiver.begin(), write: async () => answer } as unknown as PartitionWriter;
      await deliver(begin(receiver, { writer: foreign }), [manyRequests(2)]);

      const receipt = await run(receiver, [manyRequests(2)]);

      expect(receipt.skipped).toEqual([{ reason: 'already delivered', count: 2 }]);
    },
  );

  it('gets a record when it is settled, as it is then', async () => {
    const receiver = new Receiver();
    await run(receiver, [[requestRow(1), open(2)]]);
    await run(receiver, [[requestRow(1), open(2)]]);

    const receipt = await run(receiver, [[requestRow(1), requestRow(2)]]);

    expect(receiver.entries).toEqual([requestRow(1), requestRow(2)]);
    expect(receipt).toEqual({
      accepted: 1,
      rejected: [],
      skipped: [{ reason: 'already delivered', count: 1 }],
    });
  });

  it('gets what never settled when it is read for the last time, as final as it will be', async () => {
    const receiver = new Receiver();
    await run(receiver, [[requestRow(1), open(2)]]);

    const receipt = await run(receiver, [[requestRow(1), open(2)]], { isLastReading: true });

    expect(receiver.entries).toEqual([requestRow(1), { ...open(2), settled: true }]);
    expect(receipt).toEqual({
      accepted: 1,
      rejected: [],
      skipped: [{ reason: 'already delivered', count: 1 }],
    });
  });

  it('is not called for a batch with nothing for it', async () => {
    const receiver = new Receiver();
    await run(receiver, [[requestRow(1)]]);
    const steps: string[] = [];
    receiver.atStep = async (step) => void steps.push(step);

    await run(receiver, [[requestRow(1)], [open(2)], []]);

    expect(steps).toEqual(['before commit']);
  });

  it('gets records of a stream that knows no open ones', async () => {
    const receiver = new Receiver();
    const partition = partitionOf('usage', '2026-11-20');
    const row = { project_id: 'p1', date: '2026-11-20', hours: 1 };
    await run(receiver, [[row]], { partition });

    await run(receiver, [[row]], { partition });

    expect(receiver.entries).toEqual([row]);
  });

  it('keeps its own word on what it refused and left out', async () => {
    const receiver = new Receiver();
    await run(receiver, [[requestRow(1)]]);
    const refusing: PartitionWriter = {
      ...receiver.begin(),
      commit: async () => ({
        accepted: 1,
        rejected: [{ reason: 'too long', count: 1, example: 'r2' }],
        skipped: [{ reason: 'too old', count: 1 }],
      }),
    };
    const writer = new AppendWriter({
      writer: refusing,
      sink: cannotTell,
      partition: PARTITION,
      journal: fileJournal(root),
      log: silentLog,
      signal: new AbortController().signal,
      onDoubt: () => {},
      left: { delivered: 0, undelivered: 0 },
    });

    await writer.write(manyRequests(4));
    const receipt = await writer.commit();

    expect(receipt).toEqual({
      accepted: 1,
      rejected: [{ reason: 'too long', count: 1, example: 'r2' }],
      skipped: [
        { reason: 'too old', count: 1 },
        { reason: 'already delivered', count: 1 },
      ],
    });
  });

  it('may be given several partitions at once', async () => {
    const receiver = new Receiver();
    const journal = fileJournal(root);
    const days = ['2026-11-19', '2026-11-20', '2026-11-21'];
    const deliverAll = () =>
      Promise.all(
        days.map((day) =>
          run(receiver, [manyRequests(20, day)], { journal, partition: partitionOf('requests', day) }),
        ),
      );
    await deliverAll();

    const receipts = await deliverAll();

    expect(receiver.entries).toHaveLength(60);
    expect(receipts.map(({ accepted }) => accepted)).toEqual([0, 0, 0]);
  });
});

describe('a partition that is taken back', () => {
  it('keeps what was acknowledged, and only that', async () => {
    const receiver = new Receiver();
    const journal = fileJournal(root);
    const writer = begin(receiver, { journal });
    await writer.write([requestRow(1)]);
    await writer.abort(FAILURE);

    await run(receiver, [[requestRow(1), requestRow(2)]], { journal });

    expect(receiver.aborts).toEqual([FAILURE]);
    expect(receiver.entries).toEqual([requestRow(1), requestRow(2)]);
  });

  it('gets again what failed to arrive', async () => {
    const receiver = new Receiver();
    const journal = fileJournal(root);
    const writer = begin(receiver, { journal });
    receiver.atStep = async () => {
      throw new Error('the receiver is down');
    };
    await expect(writer.write([requestRow(1)])).rejects.toThrow('the receiver is down');
    await writer.abort(FAILURE);
    receiver.atStep = async () => {};

    const receipt = await run(receiver, [[requestRow(1)]], { journal });

    expect(receiver.entries).toEqual([requestRow(1)]);
    expect(receipt.accepted).toBe(1);
  });

  it('does not get again what failed only after it had arrived', async () => {
    const receiver = new Receiver();
    const journal = fileJournal(root);
    const writer = begin(receiver, { journal });
    receiver.atStep = async (step) => {
      if (step === 'after write') throw new Error('the answer was lost');
    };
    await expect(writer.write([requestRow(1)])).rejects.toThrow('the answer was lost');
    await writer.abort(FAILURE);
    receiver.atStep = async () => {};

    const receipt = await run(receiver, [[requestRow(1)]], { journal });

    expect(receiver.entries).toEqual([requestRow(1)]);
    expect(receipt.skipped).toEqual([{ reason: 'already delivered', count: 1 }]);
  });

  it('cannot be committed after a batch that failed', async () => {
    const receiver = new Receiver();
    const writer = begin(receiver);
    receiver.atStep = async (step) => {
      if (step === 'before write') throw new Error('the receiver is down');
    };
    await expect(writer.write([requestRow(1)])).rejects.toThrow('the receiver is down');

    const commit = writer.commit();

    await expect(commit).rejects.toThrow('announced and not acknowledged');
    await writer.abort(FAILURE);
  });

  it('lets no batch leave that waits for the journal to be opened', async () => {
    const receiver = new Receiver();
    const writer = begin(receiver);
    const late = writer.write([requestRow(1)]).catch((error: unknown) => error);

    await writer.abort(FAILURE);

    expect(await late).toMatchObject({ code: 'ABORTED' });
    expect(receiver.entries).toEqual([]);
  });

  it('lets no batch leave that waits for its intent to be on the disk', async () => {
    const receiver = new Receiver();
    const writer = begin(receiver);
    await writer.write([requestRow(1)]);
    const late = writer.write([requestRow(2)]).catch((error: unknown) => error);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve(); // too short for the disk

    await writer.abort(FAILURE);

    expect(await late).toMatchObject({ code: 'ABORTED' });
    expect(receiver.entries).toEqual([requestRow(1)]);
  });
});

describe('a crash', () => {
  const batches = [manyRequests(3), manyRequests(5).slice(3), [open(6), requestRow(7)]];
  const settled = [...idsOf(manyRequests(5)), requestRow(7).request_id];
  /** Two steps for each batch, and the commit. */
  const steps = [0, 1, 2, 3, 4, 5, 6];

  it.each(steps)('at step %i loses and doubles nothing where the sink can tell', async (dieAt) => {
    const receiver = new Receiver();
    const died = await runAndDie(receiver, batches, dieAt);

    const receipt = await run(receiver, batches);

    expect(died).toBe(true);
    expect(receiver.ids).toEqual(settled);
    expect(receipt.accepted + receipt.skipped.reduce((sum, { count }) => sum + count, 0)).toBe(7);
  });

  it.each(steps)('at step %i doubles at most the batch on its way where it cannot', async (dieAt) => {
    const receiver = new Receiver();
    const warnings: unknown[] = [];
    const doubts: number[] = [];
    const log: Log = { ...silentLog, warn: (_message, fields) => warnings.push(fields) };
    const onItsWay = dieAt < 6 ? ([3, 2, 1][Math.floor(dieAt / 2)] ?? 0) : 0;
    const arrived = dieAt % 2 === 1;
    await runAndDie(receiver, batches, dieAt, { sink: cannotTell });

    await run(receiver, batches, { sink: cannotTell, log, onDoubt: (records) => doubts.push(records) });

    expect(new Set(receiver.ids)).toEqual(new Set(settled));
    expect(receiver.ids).toHaveLength(settled.length + (arrived ? onItsWay : 0));
    expect(warnings).toEqual(onItsWay > 0 ? [{ in_doubt: onItsWay }] : []);
    expect(doubts).toEqual(onItsWay > 0 ? [onItsWay] : []);
  });

  it('asks the sink about the partition and the keys that were on their way', async () => {
    const receiver = new Receiver();
    await runAndDie(receiver, batches, 2);
    const asked: unknown[] = [];
    const sink: AppendSink = {
      name: 'logs',
      holds: async (partition, keys) => {
        asked.push([partition, keys]);
        return new Set();
      },
    };

    await run(receiver, batches, { sink });

    const keys = batches[1]?.map((row) => recordKey(PARTITION.stream, row));
    expect(asked).toEqual([[PARTITION, keys]]);
  });

  it('sends nothing while the sink cannot be asked, and forgets no doubt', async () => {
    const receiver = new Receiver();
    await runAndDie(receiver, batches, 1);
    const journal = fileJournal(root);
    const silent: AppendSink = { name: 'logs', holds: () => Promise.reject(new Error('no answer')) };
    const writer = begin(receiver, { sink: silent, journal });
    await expect(writer.write(manyRequests(3))).rejects.toThrow('no answer');
    await writer.abort(FAILURE);

    await run(receiver, batches, { journal });

    expect(receiver.ids).toEqual(settled);
  });
});

it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
  'brings every settled record once, whatever happens (history %i)',
  async (seed) => {
    const random = randomFrom(seed);
    const receiver = new Receiver();
    const rows = manyRequests(40);
    const settledAfter = rows.map(() => random(6));
    const seen = (round: number) =>
      rows.map((row, at) => ({ ...row, settled: (settledAfter[at] ?? 0) <= round }));

    for (let round = 0; round < 8; round += 1) {
      const batches = cut(seen(round), random);
      const fate = random(4);
      const foldAtBytes = random(2) === 0 ? 300 : 1_000_000;
      const setting = { journal: fileJournal(root, { foldAtBytes }) };
      if (fate === 0) await run(receiver, batches, setting);
      else if (fate === 1) await runAndFail(receiver, batches, random, setting);
      else await runAndDie(receiver, batches, random(20), setting);
    }
    await run(receiver, [seen(8)]);

    expect(receiver.entries.every((row) => row.settled)).toBe(true);
    expect([...receiver.ids].sort()).toEqual(idsOf(rows));
  },
);

/** A run in which a step fails, before or after the batch has arrived. */
async function runAndFail(
  receiver: Receiver,
  batches: readonly (readonly Row[])[],
  random: (below: number) => number,
  setting: Setting,
): Promise<void> {
  receiver.atStep = async () => {
    if (random(6) === 0) throw new Error('a fault');
  };
  const writer = begin(receiver, setting);
  try {
    await deliver(writer, batches);
  } catch {
    await writer.abort(FAILURE);
  }
  receiver.atStep = async () => {};
}

/** Batches of any size, as shifting pages make them: some begin with records of the one before. */
function cut(rows: readonly Row[], random: (below: number) => number): Row[][] {
  const batches: Row[][] = [];
  for (let at = 0; at < rows.length; ) {
    const size = 1 + random(12);
    batches.push(rows.slice(Math.max(0, at - random(3)), at + size));
    at += size;
  }
  return batches;
}

/** Whole numbers from 0 below a limit, the same for the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe('where the journal knows of fewer records than were sent', () => {
  const rows = manyRequests(30);

  /** A run whose state says that so many were sent. */
  async function runOf(
    receiver: Receiver,
    sent: number,
    batches: readonly (readonly Row[])[],
    sink = cannotTell,
  ) {
    const warnings: string[] = [];
    const doubts: number[] = [];
    const receipt = await run(receiver, batches, {
      sink,
      journal: checkedJournal(fileJournal(root), () => sent),
      log: { ...silentLog, warn: (message) => warnings.push(message) },
      onDoubt: (records) => doubts.push(records),
    });
    return { receipt, warnings, inDoubt: doubts.reduce((sum, count) => sum + count, 0) };
  }

  it('since it is gone, what is sent again is in doubt, up to as many as were sent', async () => {
    const receiver = new Receiver();
    await run(receiver, [rows.slice(0, 20)], { sink: cannotTell });
    await rm(root, { recursive: true });

    const { inDoubt, warnings } = await runOf(receiver, 20, [rows.slice(0, 15), rows.slice(15)]);

    expect(receiver.entries).toHaveLength(50);
    expect(inDoubt).toBe(20);
    expect(warnings).toEqual([
      'logs may have 20 records of requests of Support line, 2026-11-20 twice: the state says that it got 20, and of ' +
        '20 of them it is not known any more which they were.',
    ]);
  });

  it('since it is an older one, only what is missing is in doubt, and only once', async () => {
    const receiver = new Receiver();
    await run(receiver, [rows.slice(0, 12)], { sink: cannotTell });
    await cp(root, `${root}-older`, { recursive: true });
    await run(receiver, [rows.slice(0, 20)], { sink: cannotTell });
    await rm(root, { recursive: true });
    await rename(`${root}-older`, root);

    const first = await runOf(receiver, 20, [rows]);
    const second = await runOf(receiver, 30, [rows]);

    expect([first.inDoubt, second.inDoubt]).toEqual([8, 0]);
    expect(receiver.entries).toHaveLength(38);
    expect(second.warnings).toEqual([]);
  });

  it('a receiver that can tell gets nothing twice', async () => {
    const receiver = new Receiver();
    await run(receiver, [rows.slice(0, 20)]);
    await rm(root, { recursive: true });

    const { receipt, inDoubt } = await runOf(receiver, 20, [rows], canTell(receiver));
    const again = await runOf(receiver, 30, [rows], canTell(receiver));

    expect(receiver.ids).toEqual(rows.map((row) => row.request_id));
    expect(receipt).toMatchObject({ accepted: 10, skipped: [{ reason: 'already delivered', count: 20 }] });
    expect([inDoubt, again.inDoubt, again.receipt.accepted]).toEqual([0, 0, 0]);
  });

  it('a whole one leaves no doubt', async () => {
    const receiver = new Receiver();
    await run(receiver, [rows.slice(0, 20)], { sink: cannotTell });

    const { inDoubt, warnings } = await runOf(receiver, 20, [rows]);

    expect([inDoubt, warnings]).toEqual([0, []]);
    expect(receiver.entries).toHaveLength(30);
  });

  it('by nobody knows how many, all that is sent is in doubt', async () => {
    const receiver = new Receiver();

    const { inDoubt, warnings } = await runOf(receiver, Number.POSITIVE_INFINITY, [rows]);

    expect([inDoubt, warnings]).toEqual([30, []]);
  });

  it('what failed half-way was counted as far as it was sent', async () => {
    const receiver = new Receiver();
    const doubts: number[] = [];
    const writer = begin(receiver, {
      sink: cannotTell,
      journal: checkedJournal(fileJournal(root), () => 20),
      onDoubt: (records) => doubts.push(records),
    });

    await writer.write(rows.slice(0, 5));
    await writer.abort(FAILURE);

    expect(doubts).toEqual([5]);
    expect((await runOf(receiver, 20, [rows])).inDoubt).toBe(15);
  });
});
