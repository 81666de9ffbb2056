import type { DayComparisons } from '../catalogue/reconciliation.js';
import type { HeldPartition } from '../catalogue/sink.js';
import type { PartitionReading } from '../catalogue/source.js';
import type { CheckpointKey, LastReading } from '../checkpoints/checkpoints.js';
import { isSameSize } from '../checkpoints/compare-held.js';
import { abortError, ExportError } from '../errors/export-error.js';
import type { Partition } from '../streams/partition.js';
import { dayAt } from '../time/day.js';
import { everyHours } from '../time/duration.js';
import { acceptsLess } from './accept-less.js';
import type { CarryOutOptions } from './carry-out.js';
import { CountedFacts } from './counted-facts.js';
import { type Doubt, doubtOf, type GivenDay } from './doubt.js';
import type { LaneWriter } from './lane-writer.js';
import { rowMask } from './mask-rows.js';
import type { SinkLane } from './sink-lane.js';
import type { RunTally } from './tally/run-tally.js';

/** A reading that gave less counts when one that is so much later says the same. */
const BELIEVED_AFTER_MS = everyHours(1);

/** A partition that was read to its end, and that its sinks have neither committed nor taken back. */
interface OpenPartition {
  readonly facts: CountedFacts;
  readonly writers: readonly LaneWriter[];
  readonly unreadable: number;
  readonly isPartial: boolean;
  readonly isUnresolved: boolean;
  readonly comparisons?: DayComparisons | undefined;
}

/**
 * Reads a partition and has the sinks commit it, unless it is less than what they have: then it is read once more, and
 * kept back where it stays so. Throws what the source threw, after every sink has taken the partition back.
 */
export async function deliverPartition(
  partition: Partition,
  reading: PartitionReading,
  lanes: readonly SinkLane[],
  tally: RunTally,
  options: CarryOutOptions,
): Promise<void> {
  try {
    await deliverOnce(partition, reading, lanes, tally, options);
  } finally {
    for (const { name } of lanes) await options.checkpoints.release?.(keyOf(partition, name), partition.day);
  }
}

async function deliverOnce(
  partition: Partition,
  reading: PartitionReading,
  lanes: readonly SinkLane[],
  tally: RunTally,
  options: CarryOutOptions,
): Promise<void> {
  const before = await deliveredBefore(partition, lanes, options);
  let open = await readWhole(partition, reading, lanes, tally, options);
  if (isInVain(open)) return;
  if (doubtOf(given(open), before) !== undefined) {
    await takeBack(
      open,
      new ExportError('SOURCE_ANSWER', 'It gave less than before.', { kind: 'transient' }),
    );
    open = await readOnceMore(partition, lanes, tally, options);
  }
  if (isInVain(open)) return;
  const doubt = doubtOf(given(open), before);
  if (doubt === undefined || before === undefined || isAccepted(doubt, open, before, options)) {
    const { stream, project, day } = partition;
    const isOther = before !== undefined && 'readAtMs' in before && !isSameSize(given(open), before);
    if (isOther && day !== null) options.checkpoints.differs?.(stream.name, project.id, day, before);
    return commit(partition, open, tally, options);
  }
  await takeBack(open, new ExportError('SOURCE_ANSWER', 'It gives less than before.', { kind: 'permanent' }));
  keepBack(doubt, open, before, partition, tally, options);
  for (const lane of lanes) lane.unread(partition);
}

function keyOf({ stream, project }: Partition, sink: string): CheckpointKey {
  return { sink, stream: stream.name, projectId: project.id };
}

/** Reads a partition to its end into sinks that do not commit it yet, once more where the source asks for that. */
async function readWhole(
  partition: Partition,
  reading: PartitionReading,
  lanes: readonly SinkLane[],
  tally: RunTally,
  options: CarryOutOptions,
): Promise<OpenPartition> {
  const open = await readInto(partition, reading, lanes, tally, options);
  if (isInVain(open)) return open;
  const another = reading.retry?.();
  if (another === undefined) return open;
  await takeBack(open, new ExportError('SOURCE_ANSWER', 'It is read in another way.', { kind: 'transient' }));
  return readInto(partition, another, lanes, tally, options);
}

async function readOnceMore(
  partition: Partition,
  lanes: readonly SinkLane[],
  tally: RunTally,
  options: CarryOutOptions,
): Promise<OpenPartition> {
  const { stream, project, day } = partition;
  const request = { stream, project, days: [day], again: true } as const;
  for await (const again of options.source.read(request, options.signal))
    return await readWhole(partition, again, lanes, tally, options);
  throw new Error('a source that yields no reading for a day that it was asked for');
}

async function readInto(
  partition: Partition,
  reading: PartitionReading,
  lanes: readonly SinkLane[],
  tally: RunTally,
  { signal, checkpoints, mask }: CarryOutOptions,
): Promise<OpenPartition> {
  const facts = new CountedFacts(partition.stream);
  const isLast = partition.day !== null && checkpoints.isLastReading(partition.day);
  const { day } = partition;
  const begun = await Promise.all(
    lanes.map(async (lane) => {
      const key = keyOf(partition, lane.name);
      const claim = lane.appends ? await checkpoints.claim?.(key, day) : undefined;
      if (claim === 'elsewhere') lane.leftToOthers();
      if (claim !== undefined && claim !== 'taken') return claim;
      const givenBeforeMs = day === null ? undefined : checkpoints.givenAtMs?.(key, day);
      return lane.begin({ ...partition, givenBeforeMs }, signal, isLast);
    }),
  );
  const writers = begun.filter((one): one is LaneWriter => typeof one === 'object');
  if (writers.length === 0 && begun.includes('elsewhere')) tally.notRead(partition);
  if (writers.length === 0) return { facts, writers, unreadable: 0, isPartial: true, isUnresolved: false };
  try {
    const masked = mask && rowMask(partition.stream, mask);
    for await (const read of reading.batches) {
      const batch = masked ? masked(read) : read;
      await Promise.all(writers.map((writer) => writer.write(batch)));
      facts.add(batch);
      tally.batchRead(batch.length);
    }
    if (signal.aborted) throw abortError(signal);
  } catch (error) {
    await Promise.all(writers.map((writer) => writer.abort(error)));
    throw error;
  }
  const unreadable = reading.unreadable?.() ?? 0;
  return {
    facts,
    writers,
    unreadable,
    isPartial: unreadable > 0 || (reading.isProvisional?.() ?? false),
    isUnresolved: reading.isUnresolved?.() ?? false,
    comparisons: reading.comparisons?.(),
  };
}

async function commit(
  partition: Partition,
  { facts, writers, isPartial, isUnresolved, comparisons }: OpenPartition,
  tally: RunTally,
  { window, checkpoints }: CarryOutOptions,
): Promise<void> {
  const { stream, day } = partition;
  const { records, unsettled, sums, counts } = facts;
  const quality = { unsettled, isPartial, isUnresolved, isFinal: stream.observedOnly ?? false };
  // Nothing later than the window's now is read, however late it is by the clock.
  const reading = { readAtMs: window.now, records, sums, counts, ...quality };
  await Promise.all(
    writers.map(async (writer) => {
      const key = keyOf(partition, writer.sink);
      if (!(await writer.commit(checkpoints.checkpoint?.(key, day, reading)))) return;
      checkpoints.delivered(key, day, reading);
    }),
  );
  tally.partitionRead(partition, facts, comparisons);
}

/** True where no sink could begin, so that nothing was read. */
function isInVain({ writers }: OpenPartition): boolean {
  return writers.length === 0;
}

async function takeBack({ writers }: OpenPartition, why: ExportError): Promise<void> {
  await Promise.all(writers.map((writer) => writer.takeBack(why)));
}

/** What is delivered of a day, as far as it is known: by the checkpoints, else by the sinks that can tell. */
async function deliveredBefore(
  { stream, project, day }: Partition,
  lanes: readonly SinkLane[],
  { checkpoints, acceptLess = [], signal }: CarryOutOptions,
): Promise<LastReading | HeldPartition | undefined> {
  // Balances fall, snapshots are what there is now, and what is made of others is as they are.
  if (day === null || stream.observedOnly || stream.derivedFrom || acceptsLess(acceptLess, stream, day))
    return undefined;
  const last = await checkpoints.lastReading?.(stream.name, project.id, day);
  if (last !== undefined) return last;
  const held = await Promise.all(lanes.map((lane) => lane.held(stream, project, [day], signal)));
  return held.map((days) => days?.get(day)).reduce(larger, undefined);
}

function larger(one: HeldPartition | undefined, other: HeldPartition | undefined): HeldPartition | undefined {
  return one === undefined || (other !== undefined && other.records > one.records) ? other : one;
}

function given({ facts: { records, sums }, unreadable }: OpenPartition): GivenDay {
  return { records, sums, unreadable };
}

/** True where an earlier run has read the same, long enough ago. Of nothing, and of what cannot be read, that says little. */
function isAccepted(
  doubt: Doubt,
  open: OpenPartition,
  before: LastReading | HeldPartition,
  { window }: CarryOutOptions,
): boolean {
  const seen = 'less' in before ? before.less : undefined;
  if (doubt !== 'fewer' || seen === undefined) return false;
  return window.now - seen.sinceMs >= BELIEVED_AFTER_MS && isSameSize(given(open), seen);
}

function keepBack(
  why: Doubt,
  open: OpenPartition,
  before: LastReading | HeldPartition,
  { stream, project, day }: Partition,
  tally: RunTally,
  { window, checkpoints }: CarryOutOptions,
): void {
  if (day === null) return;
  const read = given(open);
  const { records, sums } = read;
  const seen = 'less' in before ? before.less : undefined;
  const today = dayAt(window.now);
  // A moment that is still to come is of a clock that was ahead: the hour would be as long.
  const isSeen = seen !== undefined && isSameSize(read, seen) && seen.sinceMs <= window.now;
  const sinceMs = isSeen ? seen.sinceMs : window.now;
  const less = { sinceMs, readAtMs: window.now, records, sums, toldOn: today };
  checkpoints.keptBack?.(stream.name, project.id, day, before, less);
  tally.keptBack({
    stream: stream.name,
    project: project.id,
    date: day,
    why,
    delivered: { records: before.records, sums: before.sums },
    read,
    told_today: seen?.toldOn === today,
  });
}
