import assert from 'node:assert/strict';
import type { HeldPartition, Sink } from '../../../src/catalogue/sink.js';
import { ReadingFacts } from '../../../src/deliver/reading-facts.js';
import { failureOf } from '../../../src/errors/export-error.js';
import type { Row } from '../../../src/streams/field.js';
import { manyRequests, partitionOf, rowsOf } from '../sample-records.js';
import type { Promised } from '../sink-conformance.js';
import type { SinkUnderTest } from '../sink-under-test.js';
import { contentsAfter, deliver, inRun, opened, signal } from './one-run.js';

const DAY = '2026-11-20';
const OTHER_DAY = '2026-11-19';

/** What a sink says to hold, where it says so. */
export function promisesOfHolding(promised: Promised<SinkUnderTest>): void {
  const partition = partitionOf('requests', DAY);

  promised('what it says to hold is what was committed', async (subject) => {
    await inRun(subject, async (sink) => {
      await deliver(sink, partition, rowsOf('requests', DAY));
      await deliver(sink, partitionOf('requests', OTHER_DAY), []);
    });

    await assertHeld(subject, [
      [DAY, rowsOf('requests', DAY)],
      [OTHER_DAY, []],
    ]);
  });

  promised('it says so in the same run, and of what was committed last', async (subject) => {
    await inRun(subject, async (sink) => {
      await deliver(sink, partition, rowsOf('requests', DAY));
      await deliver(sink, partition, manyRequests(120, DAY));

      const held = await heldBy(sink);

      if (held) assert.deepEqual(held, expected([[DAY, manyRequests(120, DAY)]]));
    });
    await assertHeld(subject, [[DAY, manyRequests(120, DAY)]]);
  });

  promised('it also holds what a run committed that was killed after it', async (subject) => {
    await contentsAfter(subject, partition, rowsOf('requests', DAY));
    await opened(subject, async (sink) => {
      await sink.prepare?.([partition.stream], signal());
      await deliver(sink, partition, manyRequests(150, DAY));
    });

    await assertHeld(subject, [[DAY, manyRequests(150, DAY)]]);
  });

  promised('it holds nothing of what was aborted, and changes nothing by saying so', async (subject) => {
    await contentsAfter(subject, partitionOf('requests', OTHER_DAY), rowsOf('requests', OTHER_DAY));
    await inRun(subject, async (sink) => {
      const writer = await sink.begin(partition, signal());
      await writer.write(rowsOf('requests', DAY));
      await writer.abort(failureOf(new Error('the source failed')));
    });
    const before = await subject.contents();

    await assertHeld(subject, [[OTHER_DAY, rowsOf('requests', OTHER_DAY)]]);

    assert.deepEqual(await subject.contents(), before);
  });

  promised(
    'it holds nothing of another stream or project, and nothing where all was removed',
    async (subject) => {
      await contentsAfter(subject, partition, rowsOf('requests', DAY));

      await opened(subject, async (sink) => {
        const ofUsage = await sink.held?.(
          partitionOf('usage', DAY).stream,
          partition.project,
          [DAY],
          signal(),
        );
        const ofOther = await sink.held?.(partition.stream, { id: 'another', name: null }, [DAY], signal());
        assert.deepEqual([ofUsage?.size ?? 0, ofOther?.size ?? 0], [0, 0]);
      });
      await subject.clear?.();
      if (subject.clear) await assertHeld(subject, []);
    },
  );
}

type Delivered = readonly (readonly [day: string, rows: readonly Row[]])[];

/** Asks a sink that is opened anew, as the next run does. */
async function assertHeld(subject: SinkUnderTest, delivered: Delivered): Promise<void> {
  const held = await opened(subject, heldBy);
  if (held) assert.deepEqual(held, expected(delivered));
}

/** Undefined for a sink that cannot tell. */
async function heldBy(sink: Sink): Promise<ReadonlyMap<string | null, HeldPartition> | undefined> {
  const { stream, project } = partitionOf('requests', DAY);
  const held = await sink.held?.(stream, project, [OTHER_DAY, DAY], signal());
  return held && new Map([...held].sort());
}

function expected(delivered: Delivered): ReadonlyMap<string, HeldPartition> {
  return new Map(
    delivered
      .map(([day, rows]): [string, HeldPartition] => {
        const facts = new ReadingFacts(partitionOf('requests', day).stream);
        facts.add(rows);
        return [day, { records: facts.records, sums: facts.sums }];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
