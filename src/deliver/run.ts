import type { ProjectCosts } from '../catalogue/costs.js';
import type { Reconciliation } from '../catalogue/reconciliation.js';
import type { Source, SourceFindings } from '../catalogue/source.js';
import type { Traffic } from '../http/http-stats.js';
import { isMadeBy } from '../plan/derived.js';
import { isRepeated, shardText } from '../plan/shard.js';
import { isSnapshot, type Task } from '../plan/task.js';
import type { Stream } from '../streams/stream.js';
import { type CarryOutOptions, carryOut, notCarriedOut } from './carry-out.js';
import { costsFor } from './costs.js';
import { finishLanes } from './finish-lanes.js';
import type { OtherProcesses } from './other-processes.js';
import { NOTHING, type PartResult, resultOf, soFarOf } from './part-result.js';
import { type PlannedRun, planRun } from './plan-run.js';
import { progressSum } from './progress-sum.js';
import { ReadingsOfRun } from './readings-of-run.js';
import type { SinkLane } from './sink-lane.js';
import { SourceReport } from './source-report.js';
import type { KeptBackDay, StreamOutcome } from './tally/run-tally.js';
import type { SinkOutcome } from './tally/sink-tally.js';
import type { SourceFailure } from './tally/source-failures.js';
import type { Spent } from './tally/spent-tally.js';

export interface RunOptions extends Omit<CarryOutOptions, 'readings'> {
  /** True where the result is to say what the projects have cost. Default: only where a sink wants to know. */
  readonly wantsCosts?: boolean;
  /**
   * Does something with a source that knows what all shards have learned by now, while none of the others does. Left out
   * where there are none.
   */
  readonly inTurn?: (<Result>(work: (source: Source) => Promise<Result>) => Promise<Result>) | undefined;
  /** Who carries out what sinks can share. Default: nobody else. */
  readonly others?: OtherProcesses | undefined;
}

export interface RunResult extends Omit<PlannedRun, 'tasks'> {
  readonly streams: readonly StreamOutcome[];
  readonly sourceFailures: readonly SourceFailure[];
  readonly keptBack: readonly KeptBackDay[];
  /** What the key may not read and the source leaves out, so that it is no failure. */
  readonly unavailable: readonly SourceFailure[];
  readonly findings: SourceFindings;
  readonly sinks: readonly SinkOutcome[];
  /** What the projects have cost; undefined where nobody wants to know, and after an interrupt. */
  readonly costs: readonly ProjectCosts[] | undefined;
  /** What the days that were read have cost and used; undefined where none was read that tells. */
  readonly spent: Spent | undefined;
  /** Whether what was read adds up; undefined where nothing was compared. */
  readonly reconciliation: Reconciliation | undefined;
  readonly interrupted: boolean;
  /** What was asked of the source. */
  readonly traffic: Traffic;
}

/**
 * Reads what is planned, once, and hands every batch to each sink that wants it. Each sink commits or aborts
 * each partition by itself; failures are in the result, not thrown. It throws only when the projects cannot
 * be listed, for then there is nothing to do. Whoever opened the sinks disposes of them.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { source, lanes, streams, window, signal } = options;
  const startedAt = options.clock.now();
  const planned = await planRun(options);
  await Promise.all(lanes.map((lane) => lane.prepare(streams, signal)));
  const report = new SourceReport(source);
  const readings = new ReadingsOfRun(streams, window.now);
  const late = options.inTurn ? planned.tasks.filter((task) => isOfAllShards(task, streams)) : [];
  const isLate = new Set(late);
  const own = planned.tasks.filter((task) => !isLate.has(task));
  const parts = await carryOutAll({ ...planned, tasks: own }, { ...options, readings });
  if (late.length > 0) parts.push(...(await carryOutInTurn(late, { ...options, readings })));
  // Last, since readings of the bill have asked for the same.
  const costs = await costsFor(options, planned.projects);
  parts.push({ ...NOTHING, ...report.take() });
  const theirs = (await options.others?.finish(parts)) ?? [];
  const elapsedMs = options.clock.now() - startedAt;
  const shard = options.shard && shardText(options.shard);
  const soFar = {
    ...soFarOf([...parts, ...theirs]),
    elapsedMs,
    ...(costs && { costs }),
    ...(shard && { shard }),
  };
  await finishLanes(lanes, soFar, signal);
  const sinks = lanes.map((lane) => lane.outcome());
  return resultOf(planned, [...parts, ...theirs, { ...NOTHING, sinks, interrupted: signal.aborted }], costs);
}

function isOfAllShards(task: Task, streams: readonly Stream[]): boolean {
  const stream = streams.find(({ name }) => name === task.stream);
  return stream !== undefined && isRepeated(stream);
}

/** What each shard delivers that has read something of it: the last one has what all of them have read. */
async function carryOutInTurn(
  tasks: readonly Task[],
  options: RunOptions & CarryOutOptions,
): Promise<readonly PartResult[]> {
  const carry = async (source: Source) => {
    const report = new SourceReport(source);
    const part = await carryOut(tasks, { ...options, source });
    return [
      { ...part, sinks: [] },
      { ...NOTHING, ...report.take() },
    ];
  };
  try {
    return (await options.inTurn?.(carry)) ?? [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [notCarriedOut(tasks, error, options)];
  }
}

/** Without what the sinks say, which they say at the end. */
async function carryOutAll(
  { tasks }: PlannedRun,
  options: RunOptions & CarryOutOptions,
): Promise<PartResult[]> {
  const { others, lanes, source, streams, onProgress = () => {} } = options;
  const planned = tasks.reduce((sum, task) => sum + task.partitions.length, 0);
  const progress = progressSum(planned, onProgress);
  const here = async (some: readonly Task[]): Promise<PartResult> => {
    const part = await carryOut(some, { ...options, onProgress: progress.part() });
    return { ...part, sinks: [] };
  };
  if (others === undefined) return [await here(tasks)];
  const parts: PartResult[] = [];
  const both = async (some: readonly Task[]): Promise<void> => {
    const theirs = some.filter((task) => canBeShared(task, lanes));
    parts.push(...(await others.carryOut(theirs, { ...options, onProgress: progress.part() })));
    parts.push(await here(some.filter((task) => !canBeShared(task, lanes))));
  };
  const derived = new Set(streams.filter((stream) => isMadeBy(source, stream)).map(({ name }) => name));
  const read = tasks.filter(({ stream }) => !derived.has(stream));
  await both(read.filter((task) => !isSnapshot(task)));
  // What is called how, and what there is, is known whole when all the records have been read that name it.
  others.learnAnew();
  await both(read.filter(isSnapshot));
  parts.push(await here(tasks.filter(({ stream }) => derived.has(stream))));
  return parts;
}

/** True where no sink that lacks some of it needs a process for itself. */
function canBeShared({ partitions }: Task, lanes: readonly SinkLane[]): boolean {
  const alone = lanes.filter(({ appends, sharing }) => appends || sharing === undefined);
  return !alone.some(({ name }) => partitions.some(({ lacking }) => Object.hasOwn(lacking, name)));
}
