import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { failureOf } from '../../../src/errors/export-error.js';
import { partitionOf, rowsOf, SECRET } from '../sample-records.js';
import type { Promised } from '../sink-conformance.js';
import type { Particulars, SinkUnderTest } from '../sink-under-test.js';
import { contentsAfter, deliver, inLane, inRun, opened, signal } from './one-run.js';

/** What is said and kept where the destination fails. */
export function promisesOfFailing<Subject extends SinkUnderTest>(
  promised: Promised<Subject>,
  { hang, stumble }: Particulars<Subject>,
): void {
  const partition = partitionOf('requests', '2026-11-20');

  promised(
    'a failure is named, and the same partition succeeds once the destination is mended',
    async (subject) => {
      const error = await errorOfBroken(subject);

      await subject.mend();
      const after = await contentsAfter(subject, partition, rowsOf('requests'));

      const { kind, message } = failureOf(error);
      assert.match(kind, /^(transient|rate-limited|permanent|auth)$/, `an ExportError, not ${message}`);
      assert.ok(Object.keys(after).length > 0, 'something was delivered');
    },
  );

  promised('a lasting failure ends the sink for the run and nothing else', async (subject) => {
    await subject.breakDown();

    const lane = await inLane(subject, 60_000, async (running) => {
      for (const day of ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20']) {
        const writer = await running.begin(partitionOf('requests', day), signal());
        await writer?.write(rowsOf('requests', day));
        await writer?.commit();
      }
    });

    const { accepted, failed_partitions: failed, failure } = lane.outcome();
    assert.deepEqual({ accepted, failed }, { accepted: 0, failed: 4 });
    assert.match(failure?.message ?? '', /\w/);
  });

  promised('a secret is never in an error', async (subject) => {
    const error = await errorOfBroken(subject);
    const check = await opened(subject, (sink) => sink.check(signal())).catch(failureOf);

    const said = inspect([failureOf(error), check, error], { depth: 8, showHidden: true });
    assert.ok(!said.includes(SECRET), 'no error holds the key');
  });

  if (hang) {
    promised('a hung destination is left at the deadline', async (subject) => {
      const lane = await inLane(subject, 150, async (running) => {
        await hang(subject);
        const writer = await running.begin(partition, signal());
        await writer?.write(rowsOf('requests'));
        await writer?.commit();
      });

      const { failed_partitions: failed, failure } = lane.outcome();
      assert.deepEqual({ failed, code: failure?.code }, { failed: 1, code: 'SINK_DEADLINE' });
    });
  }
  if (stumble) {
    promised('a passing failure is overcome without losing or doubling anything', async (subject) => {
      const before = await contentsAfter(subject, partition, rowsOf('requests'));
      await stumble(subject);

      const after = await contentsAfter(subject, partition, rowsOf('requests'));

      assert.deepEqual(after, before);
    });
  }

  /** What a run throws whose destination breaks down when everything is prepared. */
  async function errorOfBroken(subject: Subject): Promise<unknown> {
    const delivery = inRun(subject, async (sink) => {
      await subject.breakDown();
      await deliver(sink, partition, rowsOf('requests'));
    });
    return delivery.then(
      () => undefined,
      (error: unknown) => error,
    );
  }
}
