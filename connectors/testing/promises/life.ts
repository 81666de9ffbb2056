import assert from 'node:assert/strict';
import { failureOf } from '../../../src/errors/export-error.js';
import { partitionOf, STREAMS } from '../sample-records.js';
import type { Promised } from '../sink-conformance.js';
import type { Particulars, SinkUnderTest } from '../sink-under-test.js';
import { opened, signal, visible } from './one-run.js';

/** What a sink does, and leaves, where nothing is delivered. */
export function promisesOfLife<Subject extends SinkUnderTest>(
  promised: Promised<Subject>,
  { delivery = 'replace' }: Particulars<Subject>,
): void {
  promised('check says that a good destination works, and leaves no trace', async (subject) => {
    const before = await subject.contents();

    const { ok, detail } = await opened(subject, (sink) => sink.check(signal()));

    assert.ok(ok, detail);
    assert.deepEqual(await subject.contents(), before);
  });

  promised('a check of a broken destination says so', async (subject) => {
    const { ok, detail } = await opened(subject, async (sink) => {
      await subject.breakDown();
      return sink.check(signal());
    }).catch((error) => ({ ok: false, detail: failureOf(error).message }));

    assert.equal(ok, false);
    assert.notEqual(detail, '');
  });

  promised('opening contacts nobody', async (subject) => {
    await subject.breakDown();

    await opened(subject, async () => {});
  });

  promised('a sink that was only opened is disposed of', async (subject) => {
    const before = await subject.contents();

    await opened(subject, async () => {});

    assert.deepEqual(await subject.contents(), before);
  });

  promised('disposing delivers nothing', async (subject) => {
    const before = await subject.contents();

    await opened(subject, async (sink) => {
      const streams = STREAMS.filter((stream) => sink.capabilities.accepts?.(stream) ?? true);
      await sink.prepare?.(streams, signal());
      const stream = delivery === 'append' ? 'requests' : 'usage';
      const writer = await sink.begin(partitionOf(stream, '2026-11-20'), signal());
      await writer.abort(failureOf(new Error('the run ended')));
    });

    assert.deepEqual(await visible(subject), before);
  });
}
