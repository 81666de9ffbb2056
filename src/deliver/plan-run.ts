import type { Source } from '../catalogue/source.js';
import type { Checkpoints } from '../checkpoints/checkpoints.js';
import type { Log } from '../log/log.js';
import { type DaysOfSink, type Plan, plan } from '../plan/plan.js';
import { markLost, planWarnings } from '../plan/plan-warnings.js';
import { type Shard, shardOf } from '../plan/shard.js';
import { daysOf, type Task } from '../plan/task.js';
import type { Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import { formatDays } from '../time/day.js';
import type { Window } from '../time/window.js';
import { type AcceptLess, acceptsLess, unreadWarnings } from './accept-less.js';
import type { SinkLane } from './sink-lane.js';
import { versionsFor, versionsThatSpare } from './versions.js';

export interface PlanRunOptions {
  readonly source: Source;
  readonly lanes: readonly SinkLane[];
  /** Of different names: a task says its stream by its name. */
  readonly streams: readonly Stream[];
  readonly window: Window;
  /** What each sink has; they are told what the sinks get. */
  readonly checkpoints: Checkpoints;
  readonly log: Log;
  /** Days that may be replaced by less than what is delivered. Default: none. */
  readonly acceptLess?: AcceptLess;
  /** Which part of the plan is to be carried out. Default: all of it. */
  readonly shard?: Shard | undefined;
  /** True where what is planned is read by others, with sources of their own. Default false. */
  readonly isReadElsewhere?: boolean;
  /** Aborted by an interrupt. */
  readonly signal: AbortSignal;
}

/** What a run is to do, and what is known of it before. Plain data. */
export interface PlannedRun {
  readonly projects: readonly Project[];
  readonly tasks: readonly Task[];
  /** The first and the last day that is to be read; undefined where none is. */
  readonly days: ReturnType<typeof daysOf>;
  /** Days that the source has no more when this run comes to want them. */
  readonly lost: readonly DaysOfSink[];
  /** Days that an earlier run kept back, less than an hour ago, and that this one does not read. */
  readonly stillKeptBack: number;
  /** What the user should know about the plan, such as days that are lost for good. */
  readonly warnings: readonly string[];
}

/**
 * Lists the projects and plans what is to be read of them. Throws where the projects cannot be listed, for then there is
 * nothing to do, and what the checkpoints throw.
 */
export async function planRun(options: PlanRunOptions): Promise<PlannedRun> {
  const {
    source,
    lanes,
    streams,
    checkpoints,
    log,
    window,
    acceptLess = [],
    shard,
    isReadElsewhere,
    signal,
  } = options;
  const projects = await source.projects(signal);
  const versions = await (isReadElsewhere ? versionsThatSpare : versionsFor)(options, projects);
  await checkpoints.startRun({
    projects,
    streams,
    sinks: lanes,
    window,
    versions,
    acceptsLess: (stream, day) => acceptsLess(acceptLess, stream, day),
    signal,
  });
  const whole = plan({ ...options, projects, sinks: lanes, isCut: shard !== undefined });
  const planned = shard ? shardOf(whole, shard, checkpoints.remembers ? streams : []) : whole;
  const lost = markLost(planned, checkpoints);
  const warnings = [...planWarnings(planned, lost, source), ...unreadWarnings(acceptLess, whole.tasks)];
  const days = daysOf(planned.tasks);
  log.info(`Reading ${whatIsRead(planned.tasks, days)} for ${lanes.map(({ name }) => name).join(', ')}`);
  for (const warning of warnings) log.note(warning);
  return { projects, tasks: planned.tasks, days, lost, stillKeptBack: stillKeptBack(planned), warnings };
}

function whatIsRead(tasks: readonly Task[], days: PlannedRun['days']): string {
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
