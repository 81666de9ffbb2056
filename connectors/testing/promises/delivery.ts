import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { manyRequests, partitionOf, rowsOf } from '../sample-records.js';
import type { Promised } from '../sink-conformance.js';
import type { Particulars, SinkUnderTest } from '../sink-under-test.js';
import { assertAccounted, contentsAfter, deliver, inRun } from './one-run.js';

/** What becomes of records. */
export function promisesOfDelivery<Subject extends SinkUnderTest>(
  promised: Promised<Subject>,
  { delivery = 'replace', refuseSome }: Particulars<Subject>,
): void {
  const partition = partitionOf('requests', '2026-11-20');

  promised('an empty partition is accepted as such', async (subject) => {
    const receipt = await inRun(subject, (sink) => deliver(sink, partition, []));

    assert.deepEqual(receipt, { accepted: 0, rejected: [], skipped: [] });
  });

  promised('every record is accounted for, and the order of batches is kept', async (subject) => {
    const rows = manyRequests(250);

    const receipt = await inRun(subject, (sink) => deliver(sink, partition, rows, 100));
    const inBatches = await subject.contents();
    const inOneBatch = await contentsAfter(subject, partition, rows, 250);

    assertAccounted(receipt, 250);
    assert.deepEqual(inBatches, inOneBatch);
  });

  if (delivery === 'replace') {
    promised('batches of many records do not get into each other', async (subject) => {
      const rows = manyRequests(1_500);
      const inOneBatch = await contentsAfter(subject, partition, rows, 1_500);

      // Each is long enough for its memory to be used again by the next.
      const inBatches = await contentsAfter(subject, partition, rows, 500);

      assert.deepEqual(inBatches, inOneBatch);
    });
  }

  promised('unicode, line breaks, quotes and formulas do no harm', async (subject) => {
    const rows = rowsOf('requests').map((row) => ({
      ...row,
      project_name: '=1+1 «Ünïcödé» 語\u{1F600}, "quoted"\r\nsecond line\u0000',
      error_message: '../../etc/passwd',
    }));

    const receipt = await inRun(subject, (sink) => deliver(sink, partition, rows));

    assertAccounted(receipt, rows.length);
  });

  promised('a second run leaves what the first one left', async (subject) => {
    const once = await contentsAfter(subject, partition, rowsOf('requests'));

    const twice = await contentsAfter(subject, partition, rowsOf('requests'));

    assert.deepEqual(twice, once);
    assert.ok(Object.keys(once).length > 0, 'something was delivered');
  });

  promised('a slow reader of the stream is waited for', async (subject) => {
    const rows = rowsOf('requests');

    const receipt = await inRun(subject, async (sink) => {
      const writer = await sink.begin(partition, new AbortController().signal);
      for (const row of rows) {
        await writer.write([row]);
        await delay(5);
      }
      return writer.commit();
    });

    assertAccounted(receipt, rows.length);
  });

  if (refuseSome) {
    promised('what a destination refuses is counted and explained', async (subject) => {
      const rows = rowsOf('requests');

      const receipt = await inRun(subject, async (sink) => {
        await refuseSome(subject);
        return deliver(sink, partition, rows);
      });

      assertAccounted(receipt, rows.length);
      assert.match(receipt.rejected[0]?.reason ?? '', /\w/);
    });
  }
}
