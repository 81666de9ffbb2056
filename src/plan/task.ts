import type { DueReason } from '../checkpoints/checkpoints.js';
import type { Project } from '../streams/partition.js';
import type { Day } from '../time/day.js';

/**
 * Partitions that one reading serves, and which sinks lack them. Plain data: it can be printed, stored, and sent to
 * another process.
 */
export interface Task {
  /** Type of the source that the stream belongs to. */
  readonly source: string;
  /** Name of the stream. */
  readonly stream: string;
  readonly project: Project;
  /** In order. */
  readonly partitions: readonly [TaskPartition, ...TaskPartition[]];
  /** Calls it takes at the least; a busy day takes more. */
  readonly calls: number;
}

/** True for what there is now, which belongs to no day. */
export function isSnapshot({ partitions: [first] }: Task): boolean {
  return first.day === null;
}

/** The first and the last day that tasks read; undefined where they read none. */
export function daysOf(tasks: readonly Task[]): { readonly since: Day; readonly until: Day } | undefined {
  const days = tasks.flatMap(({ partitions }) => partitions.flatMap(({ day }) => day ?? [])).sort();
  const [since, until] = [days[0], days.at(-1)];
  return since === undefined || until === undefined ? undefined : { since, until };
}

export interface TaskPartition {
  /** The day, or null for a snapshot. */
  readonly day: Day | null;
  /** Why each sink that lacks it lacks it, by the sink's name. */
  readonly lacking: Readonly<Record<string, DueReason>>;
}
