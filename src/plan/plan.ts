import type { Share } from '../catalogue/source.js';
import type { CheckpointKey, DueReason, RestReason } from '../checkpoints/checkpoints.js';
import type { Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';
import { isMadeBy, planDerived } from './derived.js';
import type { PlanInput, SinkView } from './plan-input.js';
import { isRepeated } from './shard.js';
import { isSnapshot, type Task, type TaskPartition } from './task.js';
import { wantedDays } from './wanted-days.js';

/** Days of one sink, stream and project. */
export interface DaysOfSink {
  readonly sink: string;
  readonly stream: string;
  readonly project: Project;
  readonly days: readonly Day[];
  /** The oldest day that the source still has of the stream; undefined where it has all of them. */
  readonly oldest: Day | undefined;
}

export interface Plan {
  readonly tasks: readonly Task[];
  /** Days that a sink lacks and that the source has deleted. */
  readonly lost: readonly DaysOfSink[];
  /** Days that a sink has of a later reading than the source's own, and keeps. */
  readonly kept: readonly DaysOfSink[];
  /** What is not read for a sink that has it, and why; unless it was asked for, only days that are kept back. */
  readonly resting: readonly RestingPartitions[];
}

/** Partitions of one sink, stream and project that are not read now, for one reason. */
export interface RestingPartitions {
  readonly sink: string;
  readonly stream: string;
  readonly project: Project;
  /** In order; null is the snapshot. */
  readonly days: readonly (Day | null)[];
  readonly rests: RestReason['rests'];
}

/**
 * What is to be read, in the order of streams, projects and days, with snapshots at the end, and then what is made of all
 * that: what at least one sink lacks. The window says where history begins; a day that was wanted once and never delivered is still wanted when the window has moved on.
 * Pure: nothing is read or changed.
 */
export function plan(input: PlanInput): Plan {
  const plans = input.streams.flatMap((stream) => {
    if (isMadeBy(input.source, stream)) return [];
    const sinks = input.sinks.filter((sink) => sink.wants(stream));
    if (sinks.length === 0) return [];
    return input.projects.map((project) =>
      stream.partitionedBy === 'day'
        ? planDays(stream, project, sinks, input)
        : planSnapshot(stream, project, sinks, input),
    );
  });
  const tasks = snapshotsLast(plans.flatMap(({ tasks: some }) => some));
  return {
    tasks: [...tasks, ...planDerived(tasks, input)],
    lost: plans.flatMap(({ lost }) => lost),
    kept: plans.flatMap(({ kept }) => kept),
    resting: plans.flatMap(({ resting }) => resting),
  };
}

/** What things are called and what there is of them: a source has it whole when the records that name it were read. */
function snapshotsLast(tasks: readonly Task[]): readonly Task[] {
  return [...tasks.filter((task) => !isSnapshot(task)), ...tasks.filter(isSnapshot)];
}

function planSnapshot(
  stream: Stream,
  project: Project,
  sinks: readonly SinkView[],
  { source, checkpoints, explains, isCut = false }: PlanInput,
): Plan {
  const lacking: Record<string, DueReason> = {};
  const resting: RestingPartitions[] = [];
  for (const { name: sink } of sinks) {
    const reason = checkpoints.dueReason({ sink, stream: stream.name, projectId: project.id }, null, stream);
    if ('why' in reason) lacking[sink] = reason;
    else if (isCut && checkpoints.remembers && isRepeated(stream)) lacking[sink] = { why: 'snapshot' };
    else if (explains)
      resting.push({ sink, stream: stream.name, project, days: [null], rests: reason.rests });
  }
  const shares = Object.keys(lacking).length === 0 ? [] : source.divide(stream, project, []);
  const tasks = shares.map((share) => taskOf(stream, project, share, () => lacking));
  return { tasks, lost: [], kept: [], resting };
}

function planDays(stream: Stream, project: Project, sinks: readonly SinkView[], input: PlanInput): Plan {
  const { source, window, checkpoints, explains } = input;
  const oldest = source.oldestDay(stream);
  const lacking = new Map<Day, Record<string, DueReason>>();
  const lost: DaysOfSink[] = [];
  const kept: DaysOfSink[] = [];
  const resting: RestingPartitions[] = [];
  for (const [sink, days] of wantedDays(sinks, stream, project, oldest, { window, checkpoints })) {
    const key = { sink, stream: stream.name, projectId: project.id };
    const of = { sink, stream: stream.name, project, oldest };
    const gone: Day[] = [];
    const newer: Day[] = [];
    const rest = new Map<RestReason['rests'], Day[]>();
    for (const day of days) {
      const reason = checkpoints.dueReason(key, day, stream);
      if ('rests' in reason) {
        const resting = rest.get(reason.rests) ?? [];
        if (explains || reason.rests === 'kept-back') rest.set(reason.rests, resting);
        resting.push(day);
      } else if (oldest !== undefined && day < oldest) {
        if (reason.why !== 'lookback' && reason.why !== 'lost') gone.push(day);
      } else if (isNewerThere(key, day, stream, project, input)) newer.push(day);
      else lacking.set(day, { ...lacking.get(day), [sink]: reason });
    }
    if (gone.length > 0) lost.push({ ...of, days: gone });
    if (newer.length > 0) kept.push({ ...of, days: newer });
    for (const [rests, days] of rest) resting.push({ sink, stream: stream.name, project, days, rests });
  }
  const shares = source.divide(stream, project, [...lacking.keys()].sort());
  const tasks = shares.map((share) => taskOf(stream, project, share, (day) => lacking.get(day ?? '') ?? {}));
  return { tasks, lost, kept, resting };
}

/** A day that can only be read while it lasts is closed by any reading of it: that says nothing of when. */
function isNewerThere(
  key: CheckpointKey,
  day: Day,
  stream: Stream,
  project: Project,
  { source, checkpoints }: PlanInput,
): boolean {
  const readAt = stream.observedOnly ? undefined : source.readAt?.(stream, project, day);
  return readAt !== undefined && (checkpoints.isNewerThan?.(key, day, readAt) ?? false);
}

function taskOf(
  stream: Stream,
  project: Project,
  { days, calls }: Share,
  lackingOf: (day: Day | null) => TaskPartition['lacking'],
): Task {
  const partitionOf = (day: Day | null): TaskPartition => ({ day, lacking: lackingOf(day) });
  const [first, ...others] = days;
  return {
    source: stream.source,
    stream: stream.name,
    project,
    partitions: [partitionOf(first), ...others.map(partitionOf)],
    calls,
  };
}
