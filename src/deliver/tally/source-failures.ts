import { ExportError, type Failure, failureOf } from '../../errors/export-error.js';
import type { Log } from '../../log/log.js';
import type { Task } from '../../plan/task.js';
import { type Partition, partitionName } from '../../streams/partition.js';

export interface SourceFailure extends Failure {
  readonly stream: string;
  readonly project: string;
  readonly partitions: number;
  /** The first partition that could not be read, for this reason. */
  readonly partition: string;
}

/** Tasks that may fail one after the other, for passing reasons, before the source is given up. */
const MAX_FAILURES_IN_A_ROW = 5;

/** What could not be read in a run, once for each stream and project, and whether it makes sense to go on. */
export class SourceFailures {
  readonly #log: Log;
  readonly #failures = new Map<string, SourceFailure>();
  #inARow = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  get all(): SourceFailure[] {
    return [...this.#failures.values()];
  }

  /** A reading came to its end. */
  succeeded(): void {
    this.#inARow = 0;
  }

  /** Throws what is already known: a stream that the key may not read, or a source that does not answer. */
  refuseHopeless(task: Task): void {
    const known = this.#failures.get(failureKey(task));
    if (known?.kind === 'auth') throw new KnownFailure(known);
    if (this.#inARow < MAX_FAILURES_IN_A_ROW) return;
    const message = `Not tried: ${MAX_FAILURES_IN_A_ROW} readings before it failed one after the other.`;
    throw new ExportError('SOURCE_GAVE_UP', message, {
      kind: 'transient',
      hint: 'See the first failures; run it again when the source answers.',
    });
  }

  failed(task: Task, unread: readonly Partition[], error: unknown): void {
    const key = failureKey(task);
    const known = this.#failures.get(key);
    const partitions = (known?.partitions ?? 0) + unread.length;
    const failure = error instanceof KnownFailure ? undefined : failureOf(error);
    if (failure?.kind === 'transient' || failure?.kind === 'rate-limited') this.#inARow += 1;
    if (known && !(failure && isGraver(failure, known))) {
      this.#failures.set(key, { ...known, partitions });
      return;
    }
    if (!failure) return;
    const { stream, project } = task;
    const [first] = unread;
    const partition = first === undefined ? `${stream}/${project.id}` : partitionName(first);
    this.#failures.set(key, { ...failure, stream, project: project.id, partitions, partition });
    if (failure.kind !== 'interrupted') this.#log.error(`${partition} could not be read: ${failure.message}`);
  }
}

/** True where what is known would hide a bug, or that further calls are in vain. */
function isGraver({ kind }: Failure, known: Failure): boolean {
  if (kind === 'bug') return known.kind !== 'bug';
  return kind === 'auth' && known.kind !== 'bug' && known.kind !== 'auth';
}

function failureKey({ stream, project }: Task): string {
  return `${stream}/${project.id}`;
}

/** Marks a reading that was not tried because the same call was refused before. */
class KnownFailure extends Error {
  constructor(known: SourceFailure) {
    super(known.message);
  }
}
