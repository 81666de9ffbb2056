import type { ProjectCosts } from '../catalogue/costs.js';
import type { ReadRequest, Source, SourceFindings } from '../catalogue/source.js';
import type { Checkpoints } from '../checkpoints/checkpoints.js';
import { abortError } from '../errors/export-error.js';
import type { Log } from '../log/log.js';
import { isMadeBy } from '../plan/derived.js';
import { type DaysOfSink, type Plan, plan } from '../plan/plan.js';
import { markLost, planWarnings } from '../plan/plan-warnings.js';
import { daysOf, type Task } from '../plan/task.js';
import type { Partition, Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Clock } from '../time/clock.js';
import { formatDays } from '../time/day.js';
import { graceAfterAbort } from '../time/limits.js';
import type { Window } from '../time/window.js';
import { type AcceptLess, acceptsLess, unreadWarnings } from './accept-less.js';
import { costsFor } from './costs.js';
import { deliverPartition } from './deliver-partition.js';
import { forEachConcurrent } from './for-each-concurrent.js';
import type { SinkLane } from './sink-lane.js';
import { type KeptBackDay, type Progress, RunTally, type StreamOutcome } from './tally/run-tally.js';
import type { SinkOutcome } from './tally/sink-tally.js';
import type { SourceFailure } from './tally/source-failures.js';
import type { Spent } from './tally/spent-tally.js';
import { versionsFor } from './versions.js';

export interface RunOptions {
  readonly source: Source;
  readonly lanes: readonly SinkLane[];
  /** Of different names: a task says its stream by its name. */
  readonly streams: readonly Stream[];
  readonly window: Window;
  /** What each sink has; they are told what the sinks get. */
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly log: Log;
  /** Days that may be replaced by less than what is delivered. Default: none. */
  readonly acceptLess?: AcceptLess;
  /** True where the result is to say what the projects have cost. Default: only where a sink wants to know. */
  readonly wantsCosts?: boolean;
  /** Replaces secrets in the texts of records. Default: there are none. */
  readonly mask?: (text: string) => string;
  /** Aborted by an interrupt: what is committed stays, what is open is taken back. */
  readonly signal: AbortSignal;
  /** Told after every partition and batch. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface RunResult {
  readonly projects: readonly Project[];
  /** The first and the last day that was to be read; undefined where none was. */
  readonly days: ReturnType<typeof daysOf>;
  readonly streams: readonly StreamOutcome[];
  readonly sourceFailures: readonly SourceFailure[];
  /** Days that the source had no more when this run came to want them. */
  readonly lost: readonly DaysOfSink[];
  readonly keptBack: readonly KeptBackDay[];
  /** Days that an earlier run kept back, less than an hour ago, and that this one did not read. */
  readonly stillKeptBack: number;
  /** What the key may not read and the source leaves out, so that it is no failure. */
  readonly unavailable: readonly SourceFailure[];
  readonly findings: SourceFindings;
  /** What the user should know about the plan, such as days that are lost for good. */
  readonly warnings: readonly string[];
  readonly sinks: readonly SinkOutcome[];
  /** What the projects have cost; undefined where nobody wants to know, and after an interrupt. */
  readonly costs: readonly ProjectCosts[] | undefined;
  /** What the days that were read have cost and used; undefined where none was read that tells. */
  readonly spent: Spent | undefined;
  readonly interrupted: boolean;
}

/** How long the sinks have for their last things after an interrupt, in milliseconds. */
const FINISH_GRACE_MS = 8_000;

/**
 * Reads what is planned, once, and hands every batch to each sink that wants it. Each sink commits or aborts
 * each partition by itself; failures are in the result, not thrown. It throws only when the projects cannot
 * be listed, for then there is nothing to do. Whoever opened the sinks disposes of them.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { source, lanes, streams, checkpoints, log, window, acceptLess = [], signal } = options;
  const startedAt = options.clock.now();
  const projects = await source.projects(signal);
  const versions = await versionsFor(source, streams, projects, checkpoints, signal);
  await checkpoints.startRun({
    projects,
    streams,
    sinks: lanes,
    window,
    versions,
    acceptsLess: (stream, day) => acceptsLess(acceptLess, stream, day),
    signal,
  });
  const planned = plan({ ...options, projects, sinks: lanes });
  const lost = markLost(planned, checkpoints);
  const warnings = [...planWarnings(planned, lost, source), ...unreadWarnings(acceptLess, planned.tasks)];
  const days = daysOf(planned.tasks);
  log.info(`Reading ${whatIsRead(planned.tasks, days)} for ${lanes.map(({ name }) => name).join(', ')}`);
  for (const warning of warnings) log.note(warning);
  await Promise.all(lanes.map((lane) => lane.prepare(streams, signal)));
  const tally = new RunTally(streams, planned.tasks, log, {
    skipsUnavailable: source.skipsUnavailable,
    onProgress: options.onProgress,
    now: window.now,
  });
  // A reading has one partition open at a time, in each of its sinks.
  const most = Math.max(1, Math.min(source.parallel, ...lanes.map((lane) => lane.maxOpenPartitions)));
  const derived = new Set(streams.filter((stream) => isMadeBy(source, stream)).map(({ name }) => name));
  const isDerived = ({ stream }: Task) => derived.has(stream);
  const inputsOf = ({ project }: Task) => ({ inputs: tally.readings.inputsOf(project, checkpoints) });
  const all = (tasks: readonly Task[], made: (task: Task) => Pick<ReadRequest, 'inputs'>) =>
    forEachConcurrent(most, tasks, (task) => runTask(task, made(task), tally, options));
  await all(
    planned.tasks.filter((task) => !isDerived(task)),
    () => ({}),
  );
  await all(planned.tasks.filter(isDerived), inputsOf);
  // Last, since readings of the bill have asked for the same.
  const costs = await costsFor(options, projects);
  await finishLanes(tally, startedAt, costs, options);
  return {
    projects,
    days,
    streams: tally.streamOutcomes(),
    sourceFailures: tally.failures.all,
    lost,
    keptBack: tally.keptBackDays,
    stillKeptBack: stillKeptBack(planned),
    unavailable: tally.failures.unavailable,
    findings: source.findings(),
    warnings,
    sinks: lanes.map((lane) => lane.outcome()),
    costs,
    spent: tally.spent.result(),
    interrupted: signal.aborted,
  };
}

function whatIsRead(tasks: readonly Task[], days: RunResult['days']): string {
  if (days) return formatDays(days);
  return tasks.length > 0 ? 'what there is now, and no day,' : 'nothing, since nothing is lacking,';
}

/** Each day once, however many sinks keep what they have of it. */
function stillKeptBack({ resting }: Plan): number {
  const days = resting
    .filter(({ rests }) => rests === 'kept-back')
    .flatMap(({ stream, project, days }) => days.map((day) => `${stream} ${project.id} ${day}`));
  return new Set(days).size;
}

async function runTask(
  task: Task,
  made: Pick<ReadRequest, 'inputs'>,
  tally: RunTally,
  options: RunOptions,
): Promise<void> {
  const stream = options.streams.find(({ name }) => name === task.stream);
  if (stream === undefined) throw new Error(`a task of ${task.stream}, which was not asked for`);
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

/** Sinks get their last word even after an interrupt, so that what was committed can be seen; but not for long. */
async function finishLanes(
  tally: RunTally,
  startedAt: number,
  costs: readonly ProjectCosts[] | undefined,
  options: RunOptions,
): Promise<void> {
  const { calls, retries } = options.source.traffic;
  const elapsedMs = options.clock.now() - startedAt;
  const soFar = { ...tally.soFar(), calls, retries, elapsedMs, ...(costs && { costs }) };
  // An interrupt may also come while they finish.
  const grace = graceAfterAbort(options.signal, FINISH_GRACE_MS);
  try {
    await Promise.all(options.lanes.map((lane) => lane.finish(soFar, grace.signal)));
  } finally {
    grace.cancel();
  }
}
