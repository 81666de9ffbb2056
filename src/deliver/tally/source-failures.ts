import { ExportError, type Failure, failureOf, kindOf } from '../../errors/export-error.js';
import type { Log } from '../../log/log.js';
import type { Task } from '../../plan/task.js';
import { calledPartition, type Partition, partitionName, partitionWords } from '../../streams/partition.js';

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
  readonly #skipsUnavailable: boolean;
  readonly #failures = new Map<string, SourceFailure>();
  /** What is no failure, since the source leaves out what its key may not read. */
  readonly #unavailable = new Map<string, SourceFailure>();
  /** Permissions that are known to be lacking, each said once. */
  readonly #lacking = new Set<string>();
  /** Kinds of failures that were said, by {@link kindOf}. */
  readonly #said = new Set<string>();
  #inARow = 0;

  constructor(log: Log, skipsUnavailable: boolean) {
    this.#log = log;
    this.#skipsUnavailable = skipsUnavailable;
  }

  get all(): SourceFailure[] {
    return [...this.#failures.values()];
  }

  get unavailable(): SourceFailure[] {
    return [...this.#unavailable.values()];
  }

  /** A reading came to its end. */
  succeeded(): void {
    this.#inARow = 0;
  }

  /** Throws what is already known: a stream that the key may not read, or a source that does not answer. */
  refuseHopeless(task: Task): void {
    const key = failureKey(task);
    const known = this.#unavailable.get(key) ?? this.#failures.get(key);
    if (known?.kind === 'auth') throw new KnownFailure(known);
    if (this.#inARow < MAX_FAILURES_IN_A_ROW) return;
    const message = `Not tried: ${MAX_FAILURES_IN_A_ROW} readings before it failed one after the other.`;
    throw new ExportError('SOURCE_GAVE_UP', message, {
      kind: 'transient',
      hint: 'See the first failures; run it again when the source answers.',
    });
  }

  /** @returns false where it is no failure, since the source leaves out what its key may not read */
  failed(task: Task, unread: readonly Partition[], error: unknown): boolean {
    const isKnown = error instanceof KnownFailure;
    const failure = isKnown ? error.known : failureOf(error);
    const isLeftOut = this.#skipsUnavailable && failure.lacks !== undefined;
    const found = isLeftOut ? this.#unavailable : this.#failures;
    const key = failureKey(task);
    const known = found.get(key);
    const partitions = (known?.partitions ?? 0) + unread.length;
    if (!isKnown && (failure.kind === 'transient' || failure.kind === 'rate-limited')) this.#inARow += 1;
    if (known && (isKnown || !isGraver(failure, known))) {
      found.set(key, { ...known, partitions });
      return !isLeftOut;
    }
    const { stream, project } = task;
    const [first] = unread;
    const partition = first === undefined ? `${stream}/${project.id}` : partitionName(first);
    found.set(key, { ...failure, stream, project: project.id, partitions, partition });
    this.#say(
      first === undefined ? calledPartition(stream, project, null) : partitionWords(first),
      failure,
      isLeftOut,
    );
    return !isLeftOut;
  }

  /** All that needs a permission is refused, one after the other: the end of the run names it together. */
  #say(partition: string, failure: Failure, isLeftOut: boolean): void {
    const { kind, message, lacks } = failure;
    if (kind === 'interrupted') return;
    if (lacks === undefined) {
      // What else fails with it is named together at the end of the run.
      const isFirst = !this.#said.has(kindOf(failure));
      this.#said.add(kindOf(failure));
      this.#log[isFirst ? 'error' : 'debug'](`${partition} could not be read: ${message}`);
      return;
    }
    const isNew = !this.#lacking.has(lacks);
    this.#lacking.add(lacks);
    const level = isNew ? (isLeftOut ? 'warn' : 'error') : 'debug';
    const others = isNew ? ' What else needs it is named at the end.' : '';
    this.#log[level](
      `${partition} ${isLeftOut ? 'is left out' : 'could not be read'}: the API key lacks ${lacks}. ${message}${others}`,
    );
  }
}

/** Failures of several parts of a run, once for each stream and project. */
export function addFailures(failures: readonly SourceFailure[]): readonly SourceFailure[] {
  const sums = new Map<string, SourceFailure>();
  for (const failure of failures) {
    const key = `${failure.stream}/${failure.project}`;
    const known = sums.get(key);
    const counts = known === undefined || isGraver(failure, known) ? failure : known;
    sums.set(key, { ...counts, partitions: failure.partitions + (known?.partitions ?? 0) });
  }
  return [...sums.values()];
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
  readonly known: SourceFailure;

  constructor(known: SourceFailure) {
    super(known.message);
    this.known = known;
  }
}
