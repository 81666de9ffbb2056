import type { CliContext } from '../catalogue/cli-context.js';
import type { Source } from '../catalogue/source.js';
import type { SourceMemory } from '../catalogue/source-type.js';
import type { Job } from '../config/job.js';
import type { Path } from '../config/mistakes/mistake.js';
import type { BudgetSettings } from '../config/settings/config-schema.js';
import { resolveWindow } from '../config/settings/window.js';
import type { AcceptLess } from '../deliver/accept-less.js';
import { type RunOptions, type RunResult, run } from '../deliver/run.js';
import type { SinkLane } from '../deliver/sink-lane.js';
import { ExportError, failureOf } from '../errors/export-error.js';
import { wantsColor } from '../log/color.js';
import { type Log, silentLog } from '../log/log.js';
import { annotate, isOnGitHub } from '../summary/annotations.js';
import { checkBudget } from '../summary/budget.js';
import { EXIT, verdictOf, verdictOfFailure } from '../summary/exit-code.js';
import { stackLines } from '../summary/failure-lines.js';
import { type Busy, withProgress } from '../summary/progress.js';
import { checkDifference } from '../summary/reconciliation.js';
import { type Summary, summaryOf } from '../summary/summary.js';
import { summaryText } from '../summary/summary-text.js';
import { oneLine } from '../text/one-line.js';
import type { Window } from '../time/window.js';
import { beginCheckpoints, type CheckpointOptions, type CheckpointSession } from './checkpoint-session.js';
import type { JobProcesses } from './jobs/job-processes.js';
import type { Order } from './jobs/messages.js';
import { openSource, withLanes } from './open-connectors.js';
import { acceptedLess } from './options/accept-less.js';
import { differenceLimit } from './options/fail-on-difference.js';
import { type JobOptions, jobFor } from './options/job-options.js';
import { processCount } from './options/jobs-option.js';
import { type LogOptions, logFor } from './options/log-options.js';
import { shardFor } from './options/shard-option.js';
import { refuseAlone, refuseOtherCuts } from './shard-states.js';
import { refuseState, type SummaryOptions, tryWriting, writeSummaries } from './summary-files.js';

export interface DeliveryOptions extends JobOptions, LogOptions, SummaryOptions {
  readonly dryRun: boolean;
  /** `I/N`: which part of the work this process does, where others do the rest. Default: all of it. */
  readonly shard?: string | undefined;
  /** `STREAM:DAY`: days that may be replaced by less than what is delivered. Default: none. */
  readonly acceptLess?: readonly string[] | undefined;
  /** Ends with exit 3 where the projects have cost more than the budget, or where that cannot be told. Default false. */
  readonly failOverBudget?: boolean | undefined;
  /** Processes that read and deliver at once. Default: this one alone. */
  readonly jobs?: number | undefined;
  /** Ends with exit 3 where what was read differs by more than so many percent and nothing explains it, such as `0.5%`. */
  readonly failOnDifference?: string | undefined;
}

/** What one command's delivery has of its own. */
export interface Delivery {
  readonly checkpoints: CheckpointOptions;
  /** True where the receivers end with the run, as in the demo: nothing can be there twice. Default false. */
  readonly isRehearsal?: boolean;
  /** False for settings whose variables need not be set. Default: all are needed. */
  isNeeded?(path: Path): boolean;
  /** Default: the job's. */
  window?(job: Job, now: number): Window | Promise<Window>;
  /** True where what is read is meant to replace whatever is there. Default false. */
  readonly replacesAll?: boolean;
  /** Carries it out. Default: this process does. */
  run?(options: RunOptions): Promise<RunResult>;
  /** Default: that of the job. */
  openSource?(job: Job, window: Window, log: Log): Promise<Source>;
}

/** Reads a source and delivers it to the sinks of a job, once. The summary is written on every exit. */
export async function runCommand(
  options: DeliveryOptions,
  delivery: Delivery,
  context: CliContext,
): Promise<number> {
  const { screen, env, clock } = context;
  const notes = new Set<string>();
  const log = logFor(options, context, { onNote: (message) => notes.add(message) });
  const summary = await summarized(options, delivery, context, {
    log,
    progress: (busy, work) => withProgress({ screen, log, clock, quiet: options.quiet }, busy, work),
  });
  if (!options.quiet || summary.exit_code !== 0) {
    // Where nothing was run there is no result, only an error: that belongs on stderr, where it is not piped away.
    const { stdout, stderr } = screen;
    if (summary.error) {
      const text = summaryText(summary, { color: wantsColor(stderr, env) }).trimEnd();
      // Without a result it does not say what was found before.
      for (const note of notes) if (!text.includes(oneLine(note))) log.warn(note);
      screen.line(text);
    } else screen.text(summaryText(summary, { color: wantsColor(stdout, env) }));
  }
  if (isOnGitHub(env)) annotate(summary, screen);
  const written = await writeSummaries(summary, options, context);
  return written || summary.exit_code !== 0 ? summary.exit_code : EXIT.unwritten;
}

/** Who hears of a delivery while it goes on. */
export interface Listeners {
  readonly log: Log;
  /** Shows how far it is. Left out where nobody wants to know. */
  readonly progress?: (
    busy: Busy,
    work: (onProgress: NonNullable<RunOptions['onProgress']>) => Promise<RunResult>,
  ) => Promise<RunResult>;
}

/** The same without a word to the user: whatever happens is in the summary. */
export async function summarized(
  options: JobOptions &
    SummaryOptions &
    Pick<DeliveryOptions, 'dryRun' | 'shard' | 'acceptLess' | 'failOverBudget' | 'failOnDifference' | 'jobs'>,
  delivery: Delivery,
  context: CliContext,
  { log, progress = (_busy, work) => work(() => {}) }: Listeners,
): Promise<Summary> {
  const { clock } = context;
  const startedAt = clock.now();
  let source: Source | undefined;
  let window: Window | undefined;
  let result: RunResult | undefined;
  let others: JobProcesses | undefined;
  const ended = () => ({
    startedAt,
    finishedAt: clock.now(),
    dryRun: options.dryRun,
    window,
    source: source?.name,
    http: result?.traffic ?? source?.traffic,
  });
  try {
    const shard = shardFor(options.shard);
    await tryWriting(options, context);
    const job = await jobFor(options, context, delivery.isNeeded);
    refuseState(options, job, context);
    const { dryRun } = options;
    const budget = options.failOverBudget ? budgetOf(job, options) : undefined;
    const limit =
      options.failOnDifference === undefined ? undefined : differenceLimit(options.failOnDifference, job);
    const acceptLess: AcceptLess = delivery.replacesAll
      ? 'all'
      : acceptedLess(options.acceptLess ?? [], job.streams);
    const session = await beginCheckpoints(job, { ...delivery.checkpoints, dryRun, shard }, log, context);
    try {
      // Only now: the run that was waited for has read what came meanwhile, and must not be replaced by less.
      window = await (delivery.window?.(job, clock.now()) ?? resolveWindow(job.window, clock.now()));
      const { checkpoints, journal, memory } = await session.open(window);
      const order = {
        options: jobOptionsOf(options),
        window,
        acceptLess,
        dryRun,
        remembers: checkpoints.remembers,
      };
      others = await othersFor(options.jobs, order, job, memory, context);
      const from = await (delivery.openSource?.(job, window, log) ??
        openSource(job, window, log, context, { memory: others?.memory ?? memory }));
      source = from;
      const within = window;
      result = await withLanes(job, { dryRun, journal }, log, context, async (lanes) => {
        refuseAlone(lanes, shard);
        if (delivery.checkpoints.use === 'keep') await refuseOtherCuts(job, lanes, shard, context);
        heedAppending(lanes, delivery.checkpoints.use, dryRun || delivery.isRehearsal ? silentLog : log);
        const busy = {
          traffic: from.traffic,
          calls: () => others?.calls ?? 0,
          sinks: () => busySinks(lanes),
        };
        const carryOut = delivery.run ?? run;
        return progress(busy, (onProgress) =>
          carryOut({
            source: from,
            lanes,
            streams: job.streams.filter((stream) => lanes.some((lane) => lane.wants(stream))),
            window: within,
            checkpoints,
            acceptLess,
            shard,
            wantsCosts: budget !== undefined,
            clock,
            log,
            mask: (text) => context.screen.masked(text),
            signal: AbortSignal.any([context.signal, session.lost]),
            onProgress,
            others,
            inTurn: session.inTurn && inTurnOf(session.inTurn, job, within, log, context),
          }),
        );
      });
      const spent = budget && checkBudget(budget, result.costs, window.now);
      const difference = limit && checkDifference(limit, result);
      const verdict = verdictOf(result, context.interruptCode(), spent, difference);
      return summaryOf({ ...ended(), ...verdict, result, budget: spent });
    } finally {
      await others?.close();
      await session.end();
    }
  } catch (thrown) {
    const error = failureOf(thrown);
    if (error.kind === 'bug') for (const line of stackLines(thrown)) context.screen.line(line);
    return summaryOf({ ...ended(), ...verdictOfFailure(error, context.interruptCode()), result, error });
  } finally {
    await source?.close();
  }
}

/** What a shard does last, with a source that begins with what all have learned. */
function inTurnOf(
  inTurn: NonNullable<CheckpointSession['inTurn']>,
  job: Job,
  window: Window,
  log: Log,
  context: CliContext,
): NonNullable<RunOptions['inTurn']> {
  return (work) =>
    inTurn(async (memory) => {
      const source = await openSource(job, window, log, context, { memory });
      try {
        return await work(source);
      } finally {
        await source.close();
      }
    });
}

/** Those by which another process finds the same job; it says nothing by itself. */
function jobOptionsOf({ config, envFile, stream, sink, project }: JobOptions): Order['options'] {
  return { config, envFile, stream, sink, project, quiet: true };
}

/** Loads and starts nothing where one process does it all. */
async function othersFor(
  jobs: number | undefined,
  order: Omit<Order, 'processes'>,
  job: Job,
  memory: SourceMemory,
  context: CliContext,
): Promise<JobProcesses | undefined> {
  if (jobs === undefined) return undefined;
  const processes = processCount(jobs, context);
  if (processes === 1) return undefined;
  const { jobProcesses } = await import('./jobs/job-processes.js');
  return jobProcesses({ ...order, processes }, job.source, memory, context);
}

function busySinks(lanes: readonly SinkLane[]): readonly string[] {
  return lanes.filter(({ isBusy }) => isBusy).map(({ name }) => name);
}

/** Throws `USAGE` where there is none, or where not all can be counted that it is for. */
function budgetOf({ budget }: Job, { project }: JobOptions): BudgetSettings {
  if (budget === undefined) {
    throw new ExportError('USAGE', '--fail-over-budget: the configuration has no budget.', {
      kind: 'config',
      hint: 'Add `budget: { daily: 200, monthly: 4000 }` to it: dollars, either of them or both.',
    });
  }
  if (project === undefined || project.length === 0) return budget;
  throw new ExportError(
    'USAGE',
    '--fail-over-budget: the budget is for all projects, and --project leaves some out.',
    {
      kind: 'config',
      hint: 'Leave out one of the options, or name the projects in the configuration.',
    },
  );
}

/** What is delivered beside the state is not remembered, and a sink that only appends would have it twice. */
function heedAppending(lanes: readonly SinkLane[], use: CheckpointOptions['use'], log: Log): void {
  const names = lanes.filter(({ appends }) => appends).map(({ name }) => name);
  if (names.length === 0 || use === 'keep') return;
  if (use === 'none') {
    for (const name of names)
      log.warn(`${name} only appends: without a state every run gives it the whole window once more.`);
    return;
  }
  throw new ExportError('USAGE', `${names.join(', ')} can only append, and would have these days twice.`, {
    kind: 'config',
    hint: 'Name the other sinks with --sink, or let `sync` deliver what is lacking.',
  });
}
