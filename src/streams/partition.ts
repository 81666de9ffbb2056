import type { Day } from '../time/day.js';
import type { Stream } from './stream.js';

/** A project of the account; `name` is null where Deepgram gave none. */
export interface Project {
  readonly id: string;
  readonly name: string | null;
}

/**
 * One stream, one project, one UTC day (or the one snapshot of a stream without days): read whole, written
 * whole and replaced whole.
 */
export interface Partition {
  readonly stream: Stream;
  readonly project: Project;
  /** The day, or null for a snapshot. */
  readonly day: Day | null;
}

/** How a partition is named in logs, errors and the summary: `requests/<project>/2026-11-20`. */
export function partitionName(partition: Partition): string {
  return `${partition.stream.name}/${partition.project.id}/${partition.day ?? 'snapshot'}`;
}
