import assert from 'node:assert/strict';
import type { PartitionWriter, Receipt, RunSoFar, Sink } from '../../../src/catalogue/sink.js';
import { SinkLane } from '../../../src/deliver/sink-lane.js';
import { failureOf } from '../../../src/errors/export-error.js';
import { silentLog } from '../../../src/log/log.js';
import type { Row } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';
import { STREAMS } from '../sample-records.js';
import type { SinkUnderTest } from '../sink-under-test.js';

const RUN: RunSoFar = {
  records: 3,
  partitions: 1,
  failedPartitions: 0,
  calls: 1,
  retries: 0,
  elapsedMs: 1_000,
};

/** Opens a sink and takes it through a run, from `prepare` to `dispose`. `finish` comes where `use` has not failed. */
export async function inRun<Result>(
  subject: SinkUnderTest,
  use: (sink: Sink) => Promise<Result>,
): Promise<Result> {
  return opened(subject, async (sink) => {
    await sink.prepare?.(
      STREAMS.filter((stream) => sink.capabilities.accepts?.(stream) ?? true),
      signal(),
    );
    const result = await use(sink);
    await sink.finish?.(RUN, signal());
    return result;
  });
}

/** The same as the core does it, which throws nothing: what went wrong is in the outcome. */
export async function inLane(
  subject: SinkUnderTest,
  deadlineMs: number,
  use: (lane: SinkLane) => Promise<void>,
): Promise<SinkLane> {
  const sink = await subject.open();
  const lane = new SinkLane({ sink, type: 'under-test', required: true, deadlineMs, log: silentLog });
  try {
    await lane.prepare(STREAMS, signal());
    await use(lane);
    await lane.finish(RUN, signal());
  } finally {
    await lane.dispose();
  }
  return lane;
}

/** Opens a sink and disposes of it, as a run does that ends before it delivers, or `check`. */
export async function opened<Result>(
  subject: SinkUnderTest,
  use: (sink: Sink) => Promise<Result>,
): Promise<Result> {
  const sink = await subject.open();
  try {
    return await use(sink);
  } finally {
    await sink.dispose?.();
  }
}

/** Delivers one partition in batches of `size`. */
export async function deliver(
  sink: Sink,
  partition: Partition,
  rows: readonly Row[],
  size = 100,
): Promise<Receipt> {
  const writer: PartitionWriter = await sink.begin(partition, signal());
  try {
    for (let at = 0; at < rows.length; at += size) await writer.write(rows.slice(at, at + size));
    return await writer.commit();
  } catch (error) {
    await writer.abort(failureOf(error));
    throw error;
  }
}

/** What a reader sees after a run of its own that delivered this partition. */
export async function contentsAfter(
  subject: SinkUnderTest,
  partition: Partition,
  rows: readonly Row[],
  size = 100,
): Promise<Readonly<Record<string, string>>> {
  await inRun(subject, (sink) => deliver(sink, partition, rows, size));
  return subject.contents();
}

/** What a reader sees. Temporary files may be there while a partition is open; no reader takes them for data. */
export async function visible(subject: SinkUnderTest): Promise<Readonly<Record<string, string>>> {
  const contents = Object.entries(await subject.contents());
  return Object.fromEntries(contents.filter(([name]) => !/(^|\/)\.[^/]*\.tmp$/.test(name)));
}

/** Throws unless the receipt accounts for so many records, whatever became of them. */
export function assertAccounted({ accepted, rejected, skipped }: Receipt, records: number): void {
  const counts = [...rejected, ...skipped].map(({ count }) => count);
  const total = counts.reduce((sum, count) => sum + count, accepted);
  assert.equal(total, records, 'accepted + rejected + skipped is what was written');
}

/** A signal that nobody aborts. */
export function signal(): AbortSignal {
  return new AbortController().signal;
}
