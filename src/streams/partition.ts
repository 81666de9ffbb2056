import { calledAs } from '../text/called-as.js';
import type { Day } from '../time/day.js';
import type { Row } from './field.js';
import type { Stream } from './stream.js';

/** A project of the account; `name` is null where Deepgram gave none. */
export interface Project {
  readonly id: string;
  readonly name: string | null;
  /** What messages call it, where another project of the job has the same name. */
  readonly called?: string;
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
  /**
   * Of which moment the reading was that the sink was given before; milliseconds since the epoch. Left out where there
   * was none, where the day is closed, and where nobody remembers.
   */
  readonly givenBeforeMs?: number | undefined;
}

/** How a partition is known to programs: `requests/<project id>/2026-11-20`. */
export function partitionName(partition: Partition): string {
  return `${partition.stream.name}/${partition.project.id}/${partition.day ?? 'snapshot'}`;
}

/** How people call it: `requests of Support line, 2026-11-20`. */
export function calledPartition(stream: string, project: Project, day: Day | null): string {
  return `${stream} of ${calledAs(project)}${day === null ? '' : `, ${day}`}`;
}

/** Why a record cannot be in a partition; undefined where it can. */
export function strayWords({ project, day }: Partition, row: Row): string | undefined {
  const isOfPartition = row.project_id === project.id && (day === null || row.date === day);
  return isOfPartition ? undefined : 'is of another project or day than what it was read with';
}

export function partitionWords({ stream, project, day }: Partition): string {
  return calledPartition(stream.name, project, day);
}
