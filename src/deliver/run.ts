import type { SelectedStream } from '../../connectors/deepgram/streams/select-streams.js';
import type { PartitionReading, Source, SourceFindings } from '../catalogue/source.js';
import { abortError } from '../errors/export-error.js';
import type { DeliveryBook } from '../plan/delivery-book.js';
import { type PlannedReading, planReadings, type Window } from '../plan/plan.js';
import type { Log } from '../report/log.js';
import type { Project } from '../streams/partition.js';
import type { Clock } from '../time/clock.js';
import { graceAfterAbort } from '../time/limits.js';
import { forEachConcurrent } from './for-each-concurrent.js';
import type { LaneWriter } from './lane-writer.js';
import { ReadingFacts } from './reading-facts.js';
import type { SinkLane } from './sink-lane.js';
import { type Progress, RunTally, type StreamOutcome } from './tally/run-tally.js';
import type { SinkOutcome } from './tally/sink-tally.js';
import type { SourceFailure } from './tally/source-failures.js';

export interface RunOptions {
  readonly source: Source;
  readonly lanes: readonly SinkLane[];
  readonly streams: readonly SelectedStream[];
  readonly window: Window;
  /** What each sink has; it is told what they get. */
  readonly book: DeliveryBook;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted by an interrupt: what is committed stays, what is open is taken back. */
  readonly signal: AbortSignal;
  /** Told after every partition and batch. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface RunResult {
  readonly projects: readonly Project[];
  readonly streams: readonly StreamOutcome[];
  readonly sourceFailures: readonly SourceFailure[];
  readonly findings: SourceFindings;
  /** What the user should know about the plan, such as days that are lost for good. */
  readonly warnings: readonly string[];
  readonly sinks: readonly SinkOutcome[];
  readonly interrupted: boolean;
}

/** How long the sinks have for their last things after an interrupt, in milliseconds. */
const CLOSING_GRACE_MS = 8_000;

/**
 * Reads what is planned, once, and hands every batch to each sink that wants it. Each sink commits or aborts
 * each partition by itself; failures are in the result, not thrown. It throws only when the projects cannot
 * be listed, for then there is nothing to do.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const startedAt = options.clock.now();
  const projects = await options.source.projects(options.signal);
  await options.book.admit(projects, options.lanes);
  const { readings, warnings } = planReadings({ ...options, projects, takers: options.lanes });
  for (const warning of warnings) options.log.warn(warning);
  const tally = new RunTally(
    options,
    readings.map(({ reading }) => reading),
  );
  await forEachConcurrent(options.source.parallel, readings, (planned) => readOne(planned, tally, options));
  await closeLanes(tally, startedAt, options);
  return {
    projects,
    streams: tally.streamOutcomes(),
    sourceFailures: tally.failures.all,
    findings: options.source.findings(),
    warnings,
    sinks: options.lanes.map((lane) => lane.outcome()),
    interrupted: options.signal.aborted,
  };
}

type Planned = PlannedReading<SinkLane>;

async function readOne({ reading, needs }: Planned, tally: RunTally, options: RunOptions): Promise<void> {
  const unread = new Set(reading.partitions);
  try {
    if (options.signal.aborted) throw abortError(options.signal);
    tally.failures.refuseHopeless(reading);
    for await (const part of reading.open(options.signal)) {
      await deliver(part, [...needs(part.partition).keys()], tally, options);
      unread.delete(part.partition);
    }
    tally.failures.succeeded();
  } catch (error) {
    tally.readingFailed(reading, [...unread], error);
    for (const partition of unread) for (const lane of needs(partition).keys()) lane.unread(partition);
  }
}

/** Throws what the source threw, after every sink has taken the partition back. */
async function deliver(
  part: PartitionReading,
  lanes: readonly SinkLane[],
  tally: RunTally,
  { signal, window, book }: RunOptions,
): Promise<void> {
  const { partition } = part;
  const facts = new ReadingFacts(partition.stream);
  const isLast = book.isLastReading?.(partition) ?? false;
  const begun = await Promise.all(lanes.map((lane) => lane.begin(partition, signal, isLast)));
  const writers = begun.filter((writer): writer is LaneWriter => writer !== undefined);
  if (writers.length === 0) return; // every sink has failed: reading on would help nobody
  try {
    for await (const batch of part.batches) {
      await Promise.all(writers.map((writer) => writer.write(batch)));
      facts.add(batch);
      tally.batchRead(batch.length);
    }
    if (signal.aborted) throw abortError(signal);
  } catch (error) {
    await Promise.all(writers.map((writer) => writer.abort(error)));
    throw error;
  }
  const { records, unsettled, hash } = facts;
  const isFinal = partition.stream.observedOnly ?? false;
  await Promise.all(
    writers.map(async (writer) => {
      const isCommitted = await writer.commit();
      if (!isCommitted || partition.day === null) return;
      // Nothing later than the window's now is read, however late it is by the clock.
      book.delivered(writer.sink, partition, { readAtMs: window.now, records, unsettled, hash, isFinal });
    }),
  );
  tally.partitionRead(partition, records);
}

/** Sinks get their last word even after an interrupt, so that what was committed can be seen; but not for long. */
async function closeLanes(tally: RunTally, startedAt: number, options: RunOptions): Promise<void> {
  const { calls, retries } = options.source.traffic;
  const elapsedMs = options.clock.now() - startedAt;
  const soFar = { ...tally.soFar(), calls, retries, elapsedMs };
  // An interrupt may also come while they close.
  const grace = graceAfterAbort(options.signal, CLOSING_GRACE_MS);
  try {
    await Promise.all(options.lanes.map((lane) => lane.close(soFar, grace.signal)));
  } finally {
    grace.cancel();
  }
}
