import { dirname } from 'node:path';
import type { CliContext } from '../catalogue/cli-context.js';
import type { Source } from '../catalogue/source.js';
import type { SourceMemory } from '../catalogue/source-type.js';
import type { AppendJournal } from '../checkpoints/journal/append-journal.js';
import { lockState } from '../checkpoints/lock/state-lock.js';
import { noMemory } from '../checkpoints/run-memory.js';
import type { Job, JobSink } from '../config/job.js';
import { dryRunSink } from '../deliver/dry-run-sink.js';
import { type FinishAlone, SinkLane } from '../deliver/sink-lane.js';
import { makeFolders } from '../files/make-folders.js';
import type { SharedLimit } from '../http/pacing/shared-limit.js';
import type { Log } from '../log/log.js';
import type { Clock } from '../time/clock.js';
import type { Window } from '../time/window.js';
import { userAgent } from './version.js';

/**
 * @param memory of earlier runs. Default: none.
 * @param limit that this process shares with others; see `SourceContext`
 * @param processes that read at once; see `SourceContext`
 */
export function openSource(
  job: Job,
  window: Window,
  log: Log,
  { clock }: CliContext,
  {
    memory = noMemory(),
    limit,
    processes,
  }: {
    readonly memory?: SourceMemory | undefined;
    readonly limit?: SharedLimit | undefined;
    readonly processes?: number;
  } = {},
): Promise<Source> {
  const { env, source } = job;
  const { projects } = source;
  const own = { projects, window, memory, limit, processes };
  return source.open({ ...own, clock, log, env, userAgent: userAgent() });
}

export interface LaneOptions {
  /** True puts sinks in their place that only count. Default false. */
  readonly dryRun?: boolean;
  readonly journal?: AppendJournal | undefined;
}

/** Taken where the sink's files are, since what else there is in common between the processes is not known. */
function finishAlone([path]: readonly string[], clock: Clock, log: Log): FinishAlone | undefined {
  if (path === undefined) return undefined;
  return async (work, signal) => {
    // Made as the sink would make it: the lock is in a folder of ours else, which only its owner may read.
    await makeFolders(dirname(path));
    const lock = await lockState(`${path}.finish`, { clock, log, signal, wait: true });
    try {
      await work();
    } finally {
      await lock.release();
    }
  };
}

/** A sink of the job that was opened, or why it could not be. */
export type Opening = { readonly sink: JobSink } & (
  | { readonly lane: SinkLane }
  | { readonly lane?: undefined; readonly failure: unknown }
);

/**
 * Opens the sinks of a job, in their order, for as long as `use` takes. Each that was opened is disposed of, whatever
 * happens: where `use` fails, and where another one could not be opened.
 */
export async function withOpenings<Result>(
  job: Job,
  options: LaneOptions,
  log: Log,
  context: CliContext,
  use: (openings: readonly Opening[]) => Promise<Result>,
): Promise<Result> {
  const openings = await openSinks(job, options, log, context);
  try {
    return await use(openings);
  } finally {
    await dispose(openings);
  }
}

/** The same, where all of them are needed: throws why one could not be opened. */
export function withLanes<Result>(
  job: Job,
  options: LaneOptions,
  log: Log,
  context: CliContext,
  use: (lanes: readonly SinkLane[]) => Promise<Result>,
): Promise<Result> {
  return withOpenings(job, options, log, context, (openings) => use(lanesOf(openings)));
}

/** Opens all of them, or none; whoever asked for them disposes of them. */
export async function openLanes(
  job: Job,
  options: LaneOptions,
  log: Log,
  context: CliContext,
): Promise<readonly SinkLane[]> {
  const openings = await openSinks(job, options, log, context);
  try {
    return lanesOf(openings);
  } catch (error) {
    await dispose(openings);
    throw error;
  }
}

function openSinks(
  job: Job,
  options: LaneOptions,
  log: Log,
  context: CliContext,
): Promise<readonly Opening[]> {
  return Promise.all(
    job.sinks.map(async (sink): Promise<Opening> => {
      try {
        return { sink, lane: await openLane(sink, job, options, log, context) };
      } catch (failure) {
        return { sink, failure };
      }
    }),
  );
}

/** Throws why one could not be opened. */
function lanesOf(openings: readonly Opening[]): readonly SinkLane[] {
  return openings.map((opening) => {
    if (opening.lane === undefined) throw opening.failure;
    return opening.lane;
  });
}

async function dispose(openings: readonly Opening[]): Promise<void> {
  await Promise.all(openings.map(({ lane }) => lane?.dispose()));
}

async function openLane(
  { name, type, required, streams, deadlineMs, missing, outputPaths, open }: JobSink,
  { folder, env }: Job,
  { dryRun, journal }: LaneOptions,
  log: Log,
  { clock }: CliContext,
): Promise<SinkLane> {
  const sink = await open({ name, cwd: folder, clock, log, streams, env, userAgent: userAgent() });
  if (missing === 'leave' && sink.held === undefined && sink.isEmpty === undefined)
    log.warn(`${name}: \`missing: leave\` has no effect, since this sink cannot be asked what it holds.`);
  return new SinkLane({
    sink: dryRun ? dryRunSink(sink) : sink,
    type,
    required,
    streams: streams.map((stream) => stream.name),
    deadlineMs,
    missing,
    log,
    finishAlone: finishAlone(outputPaths, clock, log),
    journal,
  });
}
