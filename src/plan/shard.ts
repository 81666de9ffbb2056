import { hash } from 'node:crypto';
import type { Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';
import type { DaysOfSink, Plan } from './plan.js';
import { isSnapshot, type Task, type TaskPartition } from './task.js';

/** One of several parts of a plan, each of which is carried out by another process. */
export interface Shard {
  /** Counted from 1. */
  readonly number: number;
  readonly of: number;
}

/** `2/3` */
export function shardText({ number, of }: Shard): string {
  return `${number}/${of}`;
}

/**
 * True where a day of a project belongs to a shard; null is what has no day. It follows from their names alone, so that
 * every machine comes to the same, whatever else there is, and all streams of a day stay together.
 */
export function isOfShard({ number, of }: Shard, projectId: string, day: Day | null): boolean {
  // 48 bits: as even as it need be, and a whole number.
  const bits = hash('sha256', JSON.stringify([projectId, day]), 'hex').slice(0, 12);
  return (Number.parseInt(bits, 16) % of) + 1 === number;
}

/**
 * What is one shard's of a plan: each partition of it belongs to exactly one. But a snapshot that has what records name is
 * everybody's who reads records of that project: the last one of them knows all.
 */
export function shardOf(
  { tasks, lost, kept, resting }: Plan,
  shard: Shard,
  streams: readonly Stream[] = [],
): Plan {
  const cut = tasks.flatMap((task) => taskOf(task, shard));
  const read = new Set(cut.filter((task) => !isSnapshot(task)).map(({ project }) => project.id));
  const repeated = new Set(streams.filter(isRepeated).map(({ name }) => name));
  const isMine = (task: Task) => repeated.has(task.stream) && read.has(task.project.id);
  return {
    tasks: tasks.flatMap((task) => (isMine(task) ? [task] : taskOf(task, shard))),
    lost: withOwnDays(lost, shard),
    kept: withOwnDays(kept, shard),
    resting: withOwnDays(resting, shard),
  };
}

/** True for a stream that every shard delivers that has read something of the project. */
export function isRepeated({ hasWhatRecordsName = false }: Stream): boolean {
  return hasWhatRecordsName;
}

function withOwnDays<Days extends Pick<DaysOfSink, 'project'> & { readonly days: readonly (Day | null)[] }>(
  all: readonly Days[],
  shard: Shard,
): readonly Days[] {
  return all.flatMap((one) => {
    const days = one.days.filter((day) => isOfShard(shard, one.project.id, day));
    return days.length === 0 ? [] : [{ ...one, days }];
  });
}

function taskOf(task: Task, shard: Shard): readonly Task[] {
  const isOwn = ({ day }: TaskPartition) => isOfShard(shard, task.project.id, day);
  const [first, ...others] = task.partitions.filter(isOwn);
  return first === undefined ? [] : [{ ...task, partitions: [first, ...others] }];
}
