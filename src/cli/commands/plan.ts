import type { CliContext } from '../../catalogue/cli-context.js';
import type { Job } from '../../config/job.js';
import { resolveWindow } from '../../config/settings/window.js';
import { versionsFor } from '../../deliver/versions.js';
import type { Log } from '../../log/log.js';
import { plan as planTasks } from '../../plan/plan.js';
import { markLost, planWarnings } from '../../plan/plan-warnings.js';
import { type Shard, shardOf } from '../../plan/shard.js';
import { daysOf } from '../../plan/task.js';
import { withProgress } from '../../summary/progress.js';
import { jsonText } from '../../text/one-line.js';
import { counted } from '../../text/text-table.js';
import { formatDays } from '../../time/day.js';
import { beginCheckpoints, type CheckpointSession } from '../checkpoint-session.js';
import { estimatesOf } from '../estimates.js';
import { openSource, withLanes } from '../open-connectors.js';
import { type JobOptions, jobFor } from '../options/job-options.js';
import { type LogOptions, logFor } from '../options/log-options.js';
import { shardFor } from '../options/shard-option.js';
import { refuseAlone, refuseOtherCuts } from '../shard-states.js';
import { estimateLines, partitionLines, planLines } from './plan-lines.js';

export interface PlanOptions extends JobOptions, LogOptions {
  readonly noState: boolean;
  /** `I/N`: of which part of the work. Default: of all of it. */
  readonly shard?: string | undefined;
  /** `json`: the tasks as they are, for a program. */
  readonly format: 'table' | 'json';
}

/**
 * Shows what a run would read and write, and why. It lists the projects, asks for their totals and for the values that
 * sinks reckon with, and calls nothing else.
 */
export async function plan(options: PlanOptions, context: CliContext): Promise<number> {
  const shard = shardFor(options.shard);
  const job = await jobFor(options, context, ([part]) => !(options.noState && part === 'state'));
  const log = logFor(options, context);
  const use = options.noState ? 'none' : 'keep';
  const session = await beginCheckpoints(job, { use, dryRun: true, shard }, log, context);
  try {
    return await planOf(job, session, { ...options, shard }, log, context);
  } finally {
    await session.end();
  }
}

async function planOf(
  job: Job,
  session: CheckpointSession,
  options: Omit<PlanOptions, 'shard'> & { readonly shard: Shard | undefined },
  log: Log,
  context: CliContext,
): Promise<number> {
  const { shard } = options;
  const { screen, clock, signal } = context;
  const window = resolveWindow(job.window, clock.now());
  const { since, until } = window;
  const { checkpoints, memory } = await session.open(window);
  const source = await openSource(job, window, log, context, { memory });
  try {
    return await withLanes(job, { dryRun: true }, log, context, async (lanes) => {
      refuseAlone(lanes, shard);
      if (!options.noState) await refuseOtherCuts(job, lanes, shard, context);
      const busy = { traffic: source.traffic, sinks: () => [] };
      const show = await withProgress({ screen, log, clock, quiet: options.quiet }, busy, async () => {
        const projects = await source.projects(signal);
        const { streams } = job;
        const versions = await versionsFor({ source, streams, checkpoints, signal }, projects);
        await checkpoints.startRun({ projects, streams, sinks: lanes, window, versions, signal });
        const callsOfPlan = source.traffic.calls;
        const whole = planTasks({
          source,
          streams,
          projects,
          window,
          sinks: lanes,
          checkpoints,
          isCut: shard !== undefined,
          explains: true,
        });
        const planned = shard ? shardOf(whole, shard, checkpoints.remembers ? streams : []) : whole;
        const warnings = planWarnings(planned, markLost(planned, checkpoints), source);
        for (const warning of warnings) log.warn(warning);
        const estimates = await estimatesOf(lanes, source, signal, projects);
        const { tasks } = planned;
        const { planNote } = job.source.limits;
        const document = {
          version: 1,
          window: daysOf(tasks) ?? { since, until },
          tasks,
          resting: planned.resting,
          warnings,
          estimates: Object.fromEntries(estimates),
        };
        const lines = [
          ...(options.verbose ? partitionLines(tasks) : []),
          `${formatDays(daysOf(tasks) ?? window)}, ${counted(projects.length, 'project')}`,
          ...planLines(streams, planned, lanes, callsOfPlan),
          ...(planNote === undefined ? [] : [planNote]),
          ...estimateLines(estimates),
        ];
        if (options.format === 'json') return () => screen.result(`${jsonText(document, 2)}\n`);
        return () => screen.text(`${lines.join('\n')}\n`);
      });
      show();
      return 0;
    });
  } finally {
    await source.close();
  }
}
