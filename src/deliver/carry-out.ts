import type { ReadRequest } from '../catalogue/source.js';
import { abortError } from '../errors/export-error.js';
import { isMadeBy } from '../plan/derived.js';
import type { Task, TaskPartition } from '../plan/task.js';
import type { Partition } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Clock } from '../time/clock.js';
import { deliverPartition } from './deliver-partition.js';
import { forEachConcurrent } from './for-each-concurrent.js';
import { NOTHING, type PartResult } from './part-result.js';
import type { PlanRunOptions } from './plan-run.js';
import type { ReadingsOfRun } from './readings-of-run.js';
import { type Progress, RunTally } from './tally/run-tally.js';

export interface CarryOutOptions extends PlanRunOptions {
  readonly clock: Clock;
  /** What all readings of the run came to: those of this process are added, and derived streams are made of them. */
  readonly readings: ReadingsOfRun;
  /** Replaces secrets in the texts of records. Default: there are none. */
  readonly mask?: ((text: string) => string) | undefined;
  /** Readings at once, at most. Default: as many as the source can serve. */
  readonly mostReadings?: number | undefined;
  /** Told after every partition and batch. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Reads tasks, in their order, and hands every batch to each sink that lacks it; what is made of readings comes last. Each
 * sink commits or aborts each partition by itself; failures are in the result, not thrown. The sinks are neither prepared
 * nor finished, and the source is not asked what it has noticed: whoever has them may have more tasks for them.
 */
export async function carryOut(tasks: readonly Task[], options: CarryOutOptions): Promise<PartResult> {
  const { source, lanes, streams, checkpoints, log, readings, onProgress, signal } = options;
  const { skipsUnavailable } = source;
  const { mostReadings = source.parallel } = options;
  const tally = new RunTally(streams, tasks, log, { skipsUnavailable, onProgress, readings });
  // A reading has one partition open at a time, in each of its sinks.
  const most = Math.max(1, Math.min(mostReadings, ...lanes.map((lane) => lane.maxOpenPartitions)));
  const derived = new Set(streams.filter((stream) => isMadeBy(source, stream)).map(({ name }) => name));
  const isDerived = ({ stream }: Task) => derived.has(stream);
  const inputsOf = ({ project }: Task) => ({ inputs: readings.inputsOf(project, checkpoints) });
  const makable = (task: Task) => withoutLacking(task, tally, options);
  const all = (some: readonly Task[], made: (task: Task) => Pick<ReadRequest, 'inputs'>) =>
    forEachConcurrent(most, some, (task) => runTask(task, made(task), tally, options));
  await all(
    tasks.filter((task) => !isDerived(task)),
    () => ({}),
  );
  await all(tasks.filter(isDerived).flatMap(makable), inputsOf);
  return {
    ...NOTHING,
    streams: tally.streamOutcomes(),
    sourceFailures: tally.failures.all,
    unavailable: tally.failures.unavailable,
    keptBack: tally.keptBackDays,
    sinks: lanes.map((lane) => lane.outcome()),
    spent: tally.spent.soFar(),
    compared: tally.compared.soFar(),
    unread: tally.unread,
    interrupted: signal.aborted,
  };
}

/** What comes of tasks that were to be carried out elsewhere, and were not. */
export function notCarriedOut(
  tasks: readonly Task[],
  error: Error,
  { lanes, streams, log, readings, signal }: CarryOutOptions,
): PartResult {
  const tally = new RunTally(streams, tasks, log, { readings });
  for (const task of tasks) {
    const { project, partitions } = task;
    const stream = streamOf(task, streams);
    const unread = partitions.map(({ day }): Partition => ({ stream, project, day }));
    tally.taskFailed(task, unread, error);
    for (const { day, lacking } of partitions)
      for (const lane of lanes) if (Object.hasOwn(lacking, lane.name)) lane.unread({ stream, project, day });
  }
  return {
    ...NOTHING,
    streams: tally.streamOutcomes(),
    sourceFailures: tally.failures.all,
    unread: tally.unread,
    interrupted: signal.aborted,
  };
}

/** A task of a derived stream without the days that are made of something that this run could not read: the next run makes them. */
function withoutLacking(
  task: Task,
  tally: RunTally,
  { lanes, streams, readings }: CarryOutOptions,
): readonly Task[] {
  const stream = streamOf(task, streams);
  const { project } = task;
  const isLacking = ({ day }: TaskPartition) => day !== null && readings.isLacking(stream, project, day);
  const [first, ...others] = task.partitions.filter((partition) => !isLacking(partition));
  for (const { day, lacking } of task.partitions.filter(isLacking)) {
    const partition = { stream, project, day };
    tally.notMade(partition);
    for (const lane of lanes) if (Object.hasOwn(lacking, lane.name)) lane.unread(partition);
  }
  return first === undefined ? [] : [{ ...task, partitions: [first, ...others] }];
}

function streamOf({ stream: name }: Task, streams: readonly Stream[]): Stream {
  const stream = streams.find((one) => one.name === name);
  if (stream === undefined) throw new Error(`a task of ${name}, which was not asked for`);
  return stream;
}

async function runTask(
  task: Task,
  made: Pick<ReadRequest, 'inputs'>,
  tally: RunTally,
  options: CarryOutOptions,
): Promise<void> {
  const stream = streamOf(task, options.streams);
  const { project } = task;
  const [first, ...others] = task.partitions;
  const unread = new Map(task.partitions.map(({ day, lacking }) => [day, lacking]));
  const lanesOf = (day: Partition['day']) => {
    const lacking = unread.get(day) ?? {};
    return options.lanes.filter(({ name }) => Object.hasOwn(lacking, name));
  };
  try {
    if (options.signal.aborted) throw abortError(options.signal);
    tally.failures.refuseHopeless(task);
    const days = [first.day, ...others.map(({ day }) => day)] as const;
    for await (const part of options.source.read({ stream, project, days, ...made }, options.signal)) {
      await deliverPartition(
        { stream, project: part.project ?? project, day: part.day },
        part,
        lanesOf(part.day),
        tally,
        options,
      );
      unread.delete(part.day);
    }
    tally.failures.succeeded();
  } catch (error) {
    const partitions = [...unread.keys()].map((day): Partition => ({ stream, project, day }));
    if (!tally.taskFailed(task, partitions, error)) return;
    for (const partition of partitions) for (const lane of lanesOf(partition.day)) lane.unread(partition);
  }
}
