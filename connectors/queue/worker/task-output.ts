import type { ProjectCosts } from '../../../src/catalogue/costs.js';
import type { PartResult } from '../../../src/deliver/part-result.js';
import type { UnreadDay } from '../../../src/deliver/readings-of-run.js';
import type { Failure } from '../../../src/errors/export-error.js';
import type { EndedTask } from '../tasks/queue-look.js';

/** What a task leaves. Plain data: who sums up the run reads it. */
export interface TaskOutput {
  readonly parts: readonly PartResult[];
  /** What the projects have cost, where somebody wants to know; of the last task alone. */
  readonly costs?: readonly ProjectCosts[] | undefined;
}

/** Why a task is to be tried again, or given up; undefined where all is well. */
export function failureIn({ parts }: TaskOutput): Failure | undefined {
  const sinks = parts.flatMap((part) => [...part.sinks, ...(part.sinksSoFar?.sinks ?? [])]);
  const sourceFailures = parts.flatMap((part) => part.sourceFailures);
  const ofSinks = sinks.flatMap(({ name, failure }) =>
    failure === null ? [] : [{ ...failure, message: `${name}: ${failure.message}` }],
  );
  const failures: readonly Failure[] = [...sourceFailures, ...ofSinks];
  // What passes decides: the rest of it may come with another try.
  const [first] = [...failures.filter((failure) => !isLasting(failure)), ...failures];
  if (first !== undefined) {
    const { code, kind, message, hint } = first;
    return { code, kind, message, ...(hint === undefined ? {} : { hint }) };
  }
  const others = sinks.find(({ partitions_left_to_others: left = 0 }) => left > 0);
  if (others === undefined) return undefined;
  const message = `${others.name}: another process is delivering the same days.`;
  return { code: 'SINK_FAILED', kind: 'transient', message };
}

/** True where the source does not know this worker's key at all: another worker may have the right one. */
export function isKeyRefused({ parts }: TaskOutput): boolean {
  return parts.some(({ sourceFailures }) =>
    sourceFailures.some(({ kind, lacks }) => kind === 'auth' && lacks === undefined),
  );
}

/** True where no other try can mend it. */
export function isLasting({ kind }: Failure): boolean {
  return kind === 'auth' || kind === 'config' || kind === 'permanent' || kind === 'bug';
}

/**
 * Days of a task that was given up: also those that it has read, since what a sink could not take of them is not remembered. What
 * is made of them the next run makes.
 */
export function daysGivenUp({ task }: Pick<EndedTask, 'task'>): readonly UnreadDay[] {
  return task.tasks.flatMap(({ stream, project, partitions }) =>
    partitions.flatMap(({ day }) => (day === null ? [] : [{ stream, projectId: project.id, day }])),
  );
}

/** What a task left, also one that failed; undefined where a worker has vanished with it. */
export function partsIn(output: unknown): readonly PartResult[] | undefined {
  const { parts } = Object(output) as Partial<TaskOutput>;
  return Array.isArray(parts) ? parts : undefined;
}
