import assert from 'node:assert/strict';
import type { Sink } from '../../../src/catalogue/sink.js';
import { failureOf } from '../../../src/errors/export-error.js';
import type { Row } from '../../../src/streams/field.js';
import { manyRequests, partitionOf, rowsOf } from '../sample-records.js';
import type { Promised } from '../sink-conformance.js';
import type { Particulars, SinkUnderTest } from '../sink-under-test.js';
import { contentsAfter, inLane, inRun, signal, visible } from './one-run.js';

/** What becomes of a partition as a whole. */
export function promisesOfPartitions<Subject extends SinkUnderTest>(
  promised: Promised<Subject>,
  { delivery = 'replace' }: Particulars<Subject>,
): void {
  promised('two partitions may be open at once, and other days are kept', async (subject) => {
    const stream = delivery === 'append' ? 'requests' : 'usage';
    const [one, other] = [partitionOf(stream, '2026-11-19'), partitionOf(stream, '2026-11-20')];
    await inRun(subject, async (sink) => {
      const first = await sink.begin(one, signal());
      const second = await sink.begin(other, signal());
      await second.write(rowsOf(stream, '2026-11-20'));
      await first.write(rowsOf(stream, '2026-11-19'));
      await second.commit();
      await first.commit();
    });
    const both = await subject.contents();

    const again = await contentsAfter(subject, other, rowsOf(stream, '2026-11-20'));

    assert.deepEqual(again, both);
  });

  if (delivery === 'append') promisesOfAppending(promised);
  else promisesOfReplacing(promised);
}

function promisesOfReplacing(promised: Promised<SinkUnderTest>): void {
  const partition = partitionOf('requests', '2026-11-20');

  for (const [what, day] of [
    ['nothing', '2026-11-19'],
    ['what was committed before it', '2026-11-20'],
  ] as const) {
    promised(`an aborted partition leaves ${what}`, async (subject) => {
      const before = await contentsAfter(subject, partitionOf('requests', day), rowsOf('requests', day));

      await inRun(subject, (sink) => beginAndAbort(sink, manyRequests(20)));

      assert.deepEqual(await subject.contents(), before);
    });
  }

  promised('nothing of a partition is seen before its commit', async (subject) => {
    const before = await subject.contents();

    const during = await inRun(subject, async (sink) => {
      const writer = await sink.begin(partition, signal());
      await writer.write(manyRequests(500));
      const seen = await visible(subject);
      await writer.commit();
      return seen;
    });

    assert.deepEqual(during, before);
    assert.notDeepEqual(await subject.contents(), before);
  });

  promised('an aborted signal ends a partition, and nothing of it is left', async (subject) => {
    const before = await subject.contents();
    const stop = new AbortController();

    await inLane(subject, 60_000, async (lane) => {
      const writer = await lane.begin(partition, stop.signal);
      await writer?.write(manyRequests(100));
      stop.abort();
      await writer?.commit();
      assert.deepEqual(await subject.contents(), before);
    });
  });
}

function promisesOfAppending(promised: Promised<SinkUnderTest>): void {
  const partition = partitionOf('requests', '2026-11-20');

  promised('what was written is there before its commit', async (subject) => {
    const during = await inRun(subject, async (sink) => {
      const writer = await sink.begin(partition, signal());
      await writer.write(manyRequests(100));
      const seen = await subject.contents();
      await writer.commit();
      return seen;
    });

    assert.equal(Object.keys(during).length, 100);
    assert.deepEqual(await subject.contents(), during);
  });

  promised('an aborted partition keeps what was written, and none of it comes twice', async (subject) => {
    await inRun(subject, (sink) => beginAndAbort(sink, manyRequests(20)));
    const aborted = await subject.contents();

    const after = await contentsAfter(subject, partition, manyRequests(30));

    assert.equal(Object.keys(aborted).length, 20);
    assert.equal(Object.keys(after).length, 30);
    assert.deepEqual({ ...after, ...aborted }, after);
  });

  promised('an aborted signal ends a partition, and the next run brings the rest', async (subject) => {
    const stop = new AbortController();
    const lane = await inLane(subject, 60_000, async (running) => {
      const writer = await running.begin(partition, stop.signal);
      await writer?.write(manyRequests(100));
      stop.abort();
      await writer?.commit();
    });

    const after = await contentsAfter(subject, partition, manyRequests(100));

    assert.equal(lane.outcome().failed_partitions, 1);
    assert.equal(Object.keys(after).length, 100);
  });
}

async function beginAndAbort(sink: Sink, rows: readonly Row[]): Promise<void> {
  const writer = await sink.begin(partitionOf('requests', '2026-11-20'), signal());
  await writer.write(rows);
  await writer.abort(failureOf(new Error('the source failed')));
}
