import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { PartitionWriter, Receipt, RunSoFar, Sink } from '../../src/catalogue/sink.js';
import { SinkLane } from '../../src/deliver/sink-lane.js';
import { failureOf } from '../../src/errors/export-error.js';
import { silentLog } from '../../src/log/log.js';
import type { Partition } from '../../src/streams/partition.js';
import { manyRequests, partitionOf, rowsOf, SECRET, STREAMS } from './sample-records.js';

/** A destination made for one test, and what can be done to it. */
export interface SinkUnderTest {
  /** A new sink on the same destination, as a later run would open it. */
  open(): Promise<Sink>;
  /** All that a reader of the destination sees, as text by name: files, rows, points. */
  contents(): Promise<Readonly<Record<string, string>>>;
  /** Makes the destination fail for every call from now on, in a way that {@link mend} can undo. */
  breakDown(): Promise<void>;
  mend(): Promise<void>;
  dispose(): Promise<void>;
}

/** What a sink is like, and troubles that only some destinations know: each makes the next delivery meet it. */
export interface Particulars<Subject extends SinkUnderTest> {
  /**
   * `append`: what was written cannot be taken back. It accepts requests only, and is opened with what makes each
   * record leave once (see `sentOnce`). Default `replace`.
   */
  readonly delivery?: 'replace' | 'append';
  /** Takes calls and never answers. */
  readonly hang?: (subject: Subject) => Promise<void>;
  /** Fails once, in a way that passes by itself. */
  readonly stumble?: (subject: Subject) => Promise<void>;
  /** Takes some records and refuses others. */
  readonly refuseSome?: (subject: Subject) => Promise<void>;
}

const RUN: RunSoFar = {
  records: 3,
  partitions: 1,
  failedPartitions: 0,
  calls: 1,
  retries: 0,
  elapsedMs: 1_000,
};

/** What every sink promises, tried on a real destination. A new sink calls this from a test of its own; see CONTRIBUTING.md. */
export function describeSinkConformance<Subject extends SinkUnderTest>(
  name: string,
  makeSinkUnderTest: () => Promise<Subject>,
  { delivery = 'replace', hang, stumble, refuseSome }: Particulars<Subject> = {},
): void {
  describe(`${name} keeps the promises of a sink`, () => {
    const test = (promise: string, body: (subject: Subject) => Promise<void>) =>
      it(promise, async () => {
        const subject = await makeSinkUnderTest();
        try {
          await body(subject);
        } finally {
          await subject.dispose();
        }
      });
    const whenReplacing = delivery === 'replace' ? test : () => {};
    const whenAppending = delivery === 'append' ? test : () => {};

    test('check says that a good destination works, and leaves no trace', async (subject) => {
      const before = await subject.contents();

      const result = await (await subject.open()).check(signal());

      expect(result).toMatchObject({ ok: true });
      expect(await subject.contents()).toEqual(before);
    });

    test('an empty partition is accepted as such', async (subject) => {
      const sink = await subject.open();

      const receipt = await deliver(sink, partitionOf('requests', '2026-11-20'), []);
      await end(sink);

      expect(receipt).toEqual({ accepted: 0, rejected: [], skipped: [] });
    });

    test('every record is accounted for, and the order of batches is kept', async (subject) => {
      const sink = await subject.open();
      const rows = manyRequests(250);

      const receipt = await deliver(sink, partitionOf('requests', '2026-11-20'), rows, 100);
      await end(sink);
      const inOneBatch = await contentsAfter(subject, partitionOf('requests', '2026-11-20'), rows, 250);

      expect(total(receipt)).toBe(250);
      expect(await subject.contents()).toEqual(inOneBatch);
    });

    whenReplacing('batches of many records do not get into each other', async (subject) => {
      const partition = partitionOf('requests', '2026-11-20');
      const rows = manyRequests(1_500);
      const inOneBatch = await contentsAfter(subject, partition, rows, 1_500);

      // Each is long enough for its memory to be used again by the next.
      const inBatches = await contentsAfter(subject, partition, rows, 500);

      expect(inBatches).toEqual(inOneBatch);
    });

    test('unicode, line breaks, quotes and formulas do no harm', async (subject) => {
      const sink = await subject.open();
      const rows = rowsOf('requests').map((row) => ({
        ...row,
        project_name: '=1+1 «Ünïcödé» 語\u{1F600}, "quoted"\r\nsecond line\u0000',
        error_message: '../../etc/passwd',
      }));

      const receipt = await deliver(sink, partitionOf('requests', '2026-11-20'), rows);

      expect(total(receipt)).toBe(rows.length);
      await end(sink);
    });

    test('a second run leaves what the first one left', async (subject) => {
      const partition = partitionOf('requests', '2026-11-20');
      const once = await contentsAfter(subject, partition, rowsOf('requests'));

      const twice = await contentsAfter(subject, partition, rowsOf('requests'));

      expect(twice).toEqual(once);
      expect(Object.keys(once).length).toBeGreaterThan(0);
    });

    test('two partitions may be open at once, and other days are kept', async (subject) => {
      const stream = delivery === 'append' ? 'requests' : 'usage';
      const sink = await subject.open();
      const first = await sink.begin(partitionOf(stream, '2026-11-19'), signal());
      const second = await sink.begin(partitionOf(stream, '2026-11-20'), signal());
      await second.write(rowsOf(stream, '2026-11-20'));
      await first.write(rowsOf(stream, '2026-11-19'));
      await second.commit();
      await first.commit();
      await end(sink);
      const both = await subject.contents();

      const again = await contentsAfter(
        subject,
        partitionOf(stream, '2026-11-20'),
        rowsOf(stream, '2026-11-20'),
      );

      expect(again).toEqual(both);
    });

    whenReplacing('an aborted partition leaves nothing', async (subject) => {
      const before = await contentsAfter(
        subject,
        partitionOf('requests', '2026-11-19'),
        rowsOf('requests', '2026-11-19'),
      );
      const sink = await subject.open();
      const writer = await sink.begin(partitionOf('requests', '2026-11-20'), signal());
      await writer.write(rowsOf('requests', '2026-11-20'));

      await writer.abort(failureOf(new Error('the source failed')));
      await end(sink);

      expect(await subject.contents()).toEqual(before);
    });

    whenReplacing('an aborted partition leaves what was committed before it', async (subject) => {
      const partition = partitionOf('requests', '2026-11-20');
      const before = await contentsAfter(subject, partition, rowsOf('requests'));
      const sink = await subject.open();
      const writer = await sink.begin(partition, signal());
      await writer.write(manyRequests(20));

      await writer.abort(failureOf(new Error('the source failed')));
      await end(sink);

      expect(await subject.contents()).toEqual(before);
    });

    whenReplacing('nothing of a partition is seen before its commit', async (subject) => {
      const before = await subject.contents();
      const sink = await subject.open();
      const writer = await sink.begin(partitionOf('requests', '2026-11-20'), signal());

      await writer.write(manyRequests(500));
      const during = await subject.contents();
      await writer.commit();
      await end(sink);

      expect(underFinalNames(during)).toEqual(before);
      expect(await subject.contents()).not.toEqual(before);
    });

    whenAppending('what was written is there before its commit', async (subject) => {
      const sink = await subject.open();
      const writer = await sink.begin(partitionOf('requests', '2026-11-20'), signal());

      await writer.write(manyRequests(100));
      const during = await subject.contents();
      await writer.commit();
      await end(sink);

      expect(Object.keys(during)).toHaveLength(100);
      expect(await subject.contents()).toEqual(during);
    });

    whenAppending(
      'an aborted partition keeps what was written, and none of it comes twice',
      async (subject) => {
        const partition = partitionOf('requests', '2026-11-20');
        const sink = await subject.open();
        const writer = await sink.begin(partition, signal());
        await writer.write(manyRequests(20));

        await writer.abort(failureOf(new Error('the source failed')));
        await end(sink);
        const aborted = await subject.contents();
        const after = await contentsAfter(subject, partition, manyRequests(30));

        expect(Object.keys(aborted)).toHaveLength(20);
        expect(Object.keys(after)).toHaveLength(30);
        expect(after).toMatchObject(aborted);
      },
    );

    test('a failure is named, and the same partition succeeds once the destination is mended', async (subject) => {
      const partition = partitionOf('requests', '2026-11-20');
      const sink = await subject.open();
      await subject.breakDown();
      const error = await deliverAndClose(sink, partition).then(
        () => undefined,
        (reason: unknown) => reason,
      );

      await subject.mend();
      const after = await contentsAfter(subject, partition, rowsOf('requests'));

      expect(failureOf(error)).toMatchObject({ kind: expect.stringMatching(/transient|permanent|auth/) });
      expect(Object.keys(after).length).toBeGreaterThan(0);
    });

    test('a lasting failure ends the sink for the run and nothing else', async (subject) => {
      const lane = laneOf(await subject.open(), 60_000);
      await subject.breakDown();

      for (const day of ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20']) {
        const writer = await lane.begin(partitionOf('requests', day), signal());
        await writer?.write(rowsOf('requests', day));
        await writer?.commit();
      }
      await lane.finish(RUN, signal());
      await lane.dispose();

      expect(lane.outcome()).toMatchObject({ accepted: 0, failed_partitions: 4 });
      expect(lane.outcome().failure?.message).toMatch(/\w/);
    });

    test('a secret is never in an error', async (subject) => {
      const sink = await subject.open();
      await subject.breakDown();

      const error = await deliverAndClose(sink, partitionOf('requests', '2026-11-20')).catch(
        (reason) => reason,
      );
      const check = await sink.check(signal()).catch((reason) => failureOf(reason));

      expect(inspect([failureOf(error), check, error], { depth: 8, showHidden: true })).not.toContain(SECRET);
    });

    test('a check of a broken destination says so', async (subject) => {
      const sink = await subject.open();
      await subject.breakDown();

      const result = await sink
        .check(signal())
        .catch((reason) => ({ ok: false, detail: failureOf(reason).message }));

      expect(result.ok).toBe(false);
      expect(result.detail).not.toBe('');
    });

    test('disposing delivers nothing', async (subject) => {
      const before = await subject.contents();
      const sink = await subject.open();

      await sink.prepare?.(STREAMS, signal());
      const writer = await sink.begin(partitionOf('usage', '2026-11-20'), signal());
      await writer.abort(failureOf(new Error('the run ended')));
      await sink.dispose?.();

      expect(underFinalNames(await subject.contents())).toEqual(before);
    });

    test('a sink that was only opened is disposed of', async (subject) => {
      const before = await subject.contents();

      await (await subject.open()).dispose?.();

      expect(await subject.contents()).toEqual(before);
    });

    whenReplacing('an aborted signal ends a partition, and nothing of it is left', async (subject) => {
      const before = await subject.contents();
      const stop = new AbortController();
      const lane = laneOf(await subject.open(), 60_000);
      const writer = await lane.begin(partitionOf('requests', '2026-11-20'), stop.signal);
      await writer?.write(manyRequests(100));

      stop.abort();
      await writer?.commit();

      expect(await subject.contents()).toEqual(before);
    });

    whenAppending('an aborted signal ends a partition, and the next run brings the rest', async (subject) => {
      const partition = partitionOf('requests', '2026-11-20');
      const stop = new AbortController();
      const lane = laneOf(await subject.open(), 60_000);
      const writer = await lane.begin(partition, stop.signal);
      await writer?.write(manyRequests(100));

      stop.abort();
      await writer?.commit();
      const after = await contentsAfter(subject, partition, manyRequests(100));

      expect(lane.outcome()).toMatchObject({ failed_partitions: 1 });
      expect(Object.keys(after)).toHaveLength(100);
    });

    test('a slow reader of the stream is waited for', async (subject) => {
      const sink = await subject.open();
      const writer = await sink.begin(partitionOf('requests', '2026-11-20'), signal());
      for (const row of rowsOf('requests')) {
        await writer.write([row]);
        await delay(5);
      }

      const receipt = await writer.commit();

      expect(total(receipt)).toBe(rowsOf('requests').length);
    });

    if (hang) {
      test('a hung destination is left at the deadline', async (subject) => {
        const lane = laneOf(await subject.open(), 150);
        await hang(subject);

        const writer = await lane.begin(partitionOf('requests', '2026-11-20'), signal());
        await writer?.write(rowsOf('requests'));
        await writer?.commit();

        expect(lane.outcome()).toMatchObject({ failed_partitions: 1, failure: { code: 'SINK_DEADLINE' } });
      });
    }
    if (stumble) {
      test('a passing failure is overcome without losing or doubling anything', async (subject) => {
        const partition = partitionOf('requests', '2026-11-20');
        const before = await contentsAfter(subject, partition, rowsOf('requests'));
        await stumble(subject);

        const after = await contentsAfter(subject, partition, rowsOf('requests'));

        expect(after).toEqual(before);
      });
    }
    if (refuseSome) {
      test('what a destination refuses is counted and explained', async (subject) => {
        const sink = await subject.open();
        await refuseSome(subject);

        const receipt = await deliver(sink, partitionOf('requests', '2026-11-20'), rowsOf('requests'));

        expect(total(receipt)).toBe(rowsOf('requests').length);
        expect(receipt.rejected[0]).toMatchObject({ reason: expect.stringMatching(/\w/) });
      });
    }
  });
}

async function deliver(
  sink: Sink,
  partition: Partition,
  rows: readonly ReturnType<typeof rowsOf>[number][],
  size = 100,
) {
  const writer: PartitionWriter = await sink.begin(partition, signal());
  try {
    for (let at = 0; at < rows.length; at += size) await writer.write(rows.slice(at, at + size));
    return await writer.commit();
  } catch (error) {
    await writer.abort(failureOf(error));
    throw error;
  }
}

/** The end of a real run. */
async function end(sink: Sink): Promise<void> {
  await sink.finish?.(RUN, signal());
  await sink.dispose?.();
}

async function deliverAndClose(sink: Sink, partition: Partition): Promise<void> {
  await deliver(sink, partition, rowsOf('requests'));
  await end(sink);
}

/** What a reader sees after a run of its own that delivered this partition. */
async function contentsAfter(
  subject: SinkUnderTest,
  partition: Partition,
  rows: readonly ReturnType<typeof rowsOf>[number][],
  size = 100,
): Promise<Readonly<Record<string, string>>> {
  const sink = await subject.open();
  await deliver(sink, partition, rows, size);
  await end(sink);
  return subject.contents();
}

/** Temporary files may be there while a partition is open; no reader takes them for data. */
function underFinalNames(contents: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(contents).filter(([name]) => !/(^|\/)\.[^/]*\.tmp$/.test(name)));
}

function laneOf(sink: Sink, deadlineMs: number): SinkLane {
  return new SinkLane({ sink, type: 'under-test', required: true, deadlineMs, log: silentLog });
}

function total(receipt: Receipt): number {
  const counts = [...receipt.rejected, ...receipt.skipped].map((refusal) => refusal.count);
  return counts.reduce((sum, count) => sum + count, receipt.accepted);
}

function signal(): AbortSignal {
  return new AbortController().signal;
}
