import { randomUUID } from 'node:crypto';
import type { CliContext } from '../../../src/catalogue/cli-context.js';
import type { QueueSoFar } from '../../../src/catalogue/sink.js';
import type { Source } from '../../../src/catalogue/source.js';
import type { SourceMemory } from '../../../src/catalogue/source-type.js';
import type { Checkpoints } from '../../../src/checkpoints/checkpoints.js';
import { beginCheckpoints, type CheckpointSession } from '../../../src/cli/checkpoint-session.js';
import { openLanes, openSource } from '../../../src/cli/open-connectors.js';
import { acceptedLess } from '../../../src/cli/options/accept-less.js';
import { type JobOptions, jobFor } from '../../../src/cli/options/job-options.js';
import type { Job } from '../../../src/config/job.js';
import { acceptsLess } from '../../../src/deliver/accept-less.js';
import { carryOut } from '../../../src/deliver/carry-out.js';
import { costsFor } from '../../../src/deliver/costs.js';
import { finishLanes } from '../../../src/deliver/finish-lanes.js';
import { NOTHING, type PartResult, soFarOf } from '../../../src/deliver/part-result.js';
import { ReadingsOfRun, type UnreadDay } from '../../../src/deliver/readings-of-run.js';
import type { SinkLane } from '../../../src/deliver/sink-lane.js';
import { SourceReport } from '../../../src/deliver/source-report.js';
import { versionsFor } from '../../../src/deliver/versions.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { SharedLimit } from '../../../src/http/pacing/shared-limit.js';
import type { Log } from '../../../src/log/log.js';
import type { Project } from '../../../src/streams/partition.js';
import type { Day } from '../../../src/time/day.js';
import type { QueueRun, QueueTask } from '../tasks/queue-task.js';
import type { TaskOutput } from './task-output.js';

/** What a worker has for the tasks of all runs. */
export interface WorkerTools {
  readonly options: Pick<JobOptions, 'config' | 'envFile'>;
  readonly limit: SharedLimit;
  /** Tasks that are carried out at once. */
  readonly concurrency: number;
  readonly log: Log;
  /** Its signal is aborted where what is open is to be given back. */
  readonly context: CliContext;
}

/** What is opened once for all tasks of a run that a worker takes: the source, and what is remembered. */
export class OpenedRun {
  readonly #run: QueueRun;
  readonly #tools: WorkerTools;
  readonly #job: Job;
  readonly #session: CheckpointSession;
  readonly #checkpoints: Checkpoints;
  readonly #memory: SourceMemory & { refresh?(projectId: string): Promise<void> };
  readonly #source: Source;
  readonly #report: SourceReport;
  /** Open and prepared as long as it is: each task has its own count of what they take. */
  readonly #lanes: readonly SinkLane[];
  readonly #opening = randomUUID();
  #turn = 0;
  /** Of the days of the tasks that were taken, by project id. */
  readonly #versions: Map<string, Map<Day, string>>;

  private constructor(opened: Opened, tools: WorkerTools) {
    this.#run = opened.run;
    this.#tools = tools;
    this.#job = opened.job;
    this.#session = opened.session;
    this.#checkpoints = opened.checkpoints;
    this.#memory = opened.memory;
    this.#versions = opened.versions;
    this.#source = opened.source;
    this.#lanes = opened.lanes;
    this.#report = new SourceReport(opened.source);
  }

  /** @throws ExportError where this worker's configuration is not that of the run, or the state is somebody else's */
  static async open(run: QueueRun, tools: WorkerTools): Promise<OpenedRun> {
    const { log, context, limit } = tools;
    const { stream, sink, project, acceptLess = [], fullRefresh = false } = run.options;
    const job = await jobFor({ ...tools.options, stream, sink, project }, context);
    const session = await beginCheckpoints(job, { use: 'keep', shared: true, fullRefresh }, log, context);
    try {
      const { checkpoints, journal, memory } = await session.open(run.window);
      const versions = new Map<string, Map<Day, string>>();
      const accepted = acceptedLess(acceptLess, job.streams);
      const source = await openSource(job, run.window, log, context, { memory, limit });
      try {
        const lanes = await openLanes(job, { journal }, logOfTasks(log), context);
        checkpoints.joinRun?.({
          sinks: lanes,
          window: run.window,
          versions,
          acceptsLess: (name, day) => acceptsLess(accepted, name, day),
        });
        const signal = AbortSignal.any([context.signal, session.lost]);
        await Promise.all(lanes.map((lane) => lane.prepare(job.streams, signal)));
        return new OpenedRun({ run, job, session, checkpoints, memory, versions, source, lanes }, tools);
      } catch (error) {
        await source.close();
        throw error;
      }
    } catch (error) {
      await session.end();
      throw error;
    }
  }

  /** Aborted where what is delivered from now on cannot be kept. */
  get lost(): AbortSignal {
    return this.#session.lost;
  }

  /**
   * Reads and delivers what a task has, and keeps that it was delivered.
   *
   * @param missed days that others were to read, and gave up
   */
  async carryOut(task: QueueTask, missed: readonly UnreadDay[], signal: AbortSignal): Promise<TaskOutput> {
    this.#refuseOthers(task);
    await this.#refresh(task);
    const { project, stage } = task;
    if (project) await this.#learnVersions(task, project, signal);
    if (stage === 'records') return this.#withSource(task, missed, this.#source, this.#report, signal);
    // What names things is known by the records that others have read meanwhile: nothing that was kept of answers serves.
    if (project) await this.#memory.refresh?.(project.id);
    return this.#anew((source) => this.#withSource(task, missed, source, new SourceReport(source), signal));
  }

  /** What comes last of a run, once. @param parts what its tasks came to */
  async finish(
    task: QueueTask,
    parts: readonly PartResult[],
    queue: QueueSoFar,
    signal: AbortSignal,
  ): Promise<TaskOutput> {
    const { clock } = this.#tools.context;
    const lanes = this.#lanes;
    const { wantsCosts = false } = this.#run.options;
    const costs = await costsFor({ source: this.#source, lanes, wantsCosts, signal }, task.projects);
    const last = { ...NOTHING, ...this.#report.take() };
    const elapsedMs = clock.now() - this.#run.window.now;
    const soFar = { ...soFarOf([...parts, last]), elapsedMs, queue, ...(costs && { costs }) };
    await finishLanes(lanes, soFar, signal);
    await this.#session.keep();
    const ended = { ...NOTHING, sinks: lanes.map((lane) => lane.outcome()), interrupted: signal.aborted };
    return { parts: [last, ended], costs };
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.dispose()));
    try {
      await this.#session.end();
    } finally {
      await this.#source.close();
    }
  }

  async #withSource(
    task: QueueTask,
    missed: readonly UnreadDay[],
    source: Source,
    report: SourceReport,
    signal: AbortSignal,
  ): Promise<TaskOutput> {
    const { clock } = this.#tools.context;
    const startedAt = clock.now();
    const names = new Set(task.tasks.flatMap(sinksOf));
    const open = this.#lanes.filter(({ name }) => names.has(name));
    const part = await this.#carryOut(
      task,
      missed,
      open.map((lane) => lane.anew()),
      source,
      signal,
    );
    const told = { ...NOTHING, ...report.take() };
    const elapsedMs = clock.now() - startedAt;
    await finishLanes(open, { ...soFarOf([part, told]), elapsedMs, isPart: true }, signal);
    await this.#session.keep();
    this.#turn += 1;
    const sinks = open.map((lane) => lane.outcome());
    return { parts: [part, { ...told, sinksSoFar: { opening: this.#opening, turn: this.#turn, sinks } }] };
  }

  #carryOut(
    { tasks }: QueueTask,
    missed: readonly UnreadDay[],
    lanes: readonly SinkLane[],
    source: Source,
    signal: AbortSignal,
  ): Promise<PartResult> {
    const { context, concurrency } = this.#tools;
    const log = logOfTasks(this.#tools.log);
    const { window, options } = this.#run;
    const names = new Set(tasks.map(({ stream }) => stream));
    const streams = this.#job.streams.filter(({ name }) => names.has(name));
    const readings = new ReadingsOfRun(this.#job.streams, window.now);
    for (const day of missed) readings.miss(day);
    return carryOut(tasks, {
      source,
      lanes,
      streams,
      window,
      checkpoints: this.#checkpoints,
      clock: context.clock,
      log,
      acceptLess: acceptedLess(options.acceptLess ?? [], this.#job.streams),
      readings,
      // Twice its share: while one writes what it has read, the others have calls to make.
      mostReadings: Math.max(1, Math.ceil((2 * source.parallel) / concurrency)),
      mask: (text) => context.screen.masked(text),
      signal,
    });
  }

  /** With a source that knows nothing but what is remembered. */
  async #anew<Result>(use: (source: Source) => Promise<Result>): Promise<Result> {
    const { log, context, limit } = this.#tools;
    const source = await openSource(this.#job, this.#run.window, log, context, {
      memory: this.#memory,
      limit,
    });
    try {
      return await use(source);
    } finally {
      await source.close();
    }
  }

  /** Looks at what other workers have delivered of it. */
  async #refresh(task: QueueTask): Promise<void> {
    await Promise.all(placesOf(task).map(([name, id]) => this.#checkpoints.refresh?.(name, id)));
  }

  /** What the source says of the days, from before they are read. */
  async #learnVersions(task: QueueTask, project: Project, signal: AbortSignal): Promise<void> {
    const days = task.tasks.flatMap(({ partitions }) => partitions.flatMap(({ day }) => day ?? []));
    if (days.length === 0) return;
    const known = this.#versions.get(project.id) ?? new Map<Day, string>();
    this.#versions.set(project.id, known);
    for (const [day, version] of Object.entries(task.versions)) known.set(day, version);
    // What comes after records takes no calls for it: it is what they were read with.
    if (task.stage !== 'records' || days.some((day) => known.has(day))) return;
    const options = { source: this.#source, streams: this.#job.streams, checkpoints: this.#checkpoints };
    const found = await versionsFor({ ...options, signal }, [project]);
    for (const [day, version] of found.get(project.id) ?? []) known.set(day, version);
  }

  /** A configuration that lacks what the task is for would leave it out, and say that it is done. */
  #refuseOthers({ tasks }: QueueTask): void {
    const sinks = new Set(this.#job.sinks.map(({ name }) => name));
    const streams = new Set(this.#job.streams.map(({ name }) => name));
    const unknown = tasks.flatMap((task) => [
      ...sinksOf(task).filter((name) => !sinks.has(name)),
      ...(streams.has(task.stream) ? [] : [task.stream]),
    ]);
    if (unknown[0] === undefined) return;
    throw new ExportError('CONFIG_INVALID', `This configuration has no ${unknown[0]}, which a task is for.`, {
      kind: 'config',
      hint: 'Give all workers the configuration of `enqueue`.',
    });
  }
}

interface Opened {
  readonly run: QueueRun;
  readonly job: Job;
  readonly session: CheckpointSession;
  readonly checkpoints: Checkpoints;
  readonly memory: SourceMemory & { refresh?(projectId: string): Promise<void> };
  readonly versions: Map<string, Map<Day, string>>;
  readonly source: Source;
  readonly lanes: readonly SinkLane[];
}

/** Why a task fails is said once for it, and not for each of its partitions. */
function logOfTasks(log: Log): Log {
  return { ...log, error: log.debug };
}

function sinksOf({ partitions }: QueueTask['tasks'][number]): readonly string[] {
  return partitions.flatMap(({ lacking }) => Object.keys(lacking));
}

/** Streams and projects, each once. */
function placesOf({ tasks }: QueueTask): readonly (readonly [stream: string, projectId: string])[] {
  const places = new Map(
    tasks.map(({ stream, project: { id } }) => [JSON.stringify([stream, id]), [stream, id] as const]),
  );
  return [...places.values()];
}
