import { ExportError, type Failure, failureOf } from '../errors/export-error.js';
import type { SelectedStream } from '../records/selection.js';
import type { Log } from '../report/log.js';
import { type Partition, partitionName } from './partition.js';
import type { RunSoFar } from './sink.js';
import type { Reading } from './source.js';

export interface Progress {
  readonly records: number;
  readonly partitions: number;
  readonly plannedPartitions: number;
}

/** What became of one stream in a run. */
export interface StreamOutcome {
  readonly name: string;
  readonly partitions: number;
  readonly failed_partitions: number;
  readonly records: number;
}

export interface SourceFailure extends Failure {
  readonly stream: string;
  readonly project: string;
  readonly partitions: number;
  /** The first partition that could not be read, for this reason. */
  readonly partition: string;
}

/** Readings that may fail one after the other, for passing reasons, before the source is given up. */
const PATIENCE = 5;

export interface RunTallyOptions {
  readonly streams: readonly SelectedStream[];
  readonly log: Log;
  readonly onProgress?: (progress: Progress) => void;
}

/** What a run has read so far, and what of it failed. */
export class RunTally {
  readonly #log: Log;
  readonly #onProgress: (progress: Progress) => void;
  readonly #planned: number;
  readonly #streams = new Map<string, { partitions: number; failed: number; records: number }>();
  readonly #failures = new Map<string, SourceFailure>();
  #failuresInARow = 0;
  #records = 0;
  #partitions = 0;
  #failedPartitions = 0;

  constructor(options: RunTallyOptions, readings: readonly Reading[]) {
    this.#log = options.log;
    this.#onProgress = options.onProgress ?? (() => {});
    this.#planned = readings.reduce((sum, reading) => sum + reading.partitions.length, 0);
    for (const { stream } of options.streams)
      this.#streams.set(stream.name, { partitions: 0, failed: 0, records: 0 });
  }

  batchRead(records: number): void {
    this.#records += records;
    this.#tell();
  }

  partitionRead(partition: Partition, records: number): void {
    const stream = this.#streamOf(partition);
    stream.partitions += 1;
    stream.records += records;
    this.#partitions += 1;
    this.#tell();
  }

  readingDone(): void {
    this.#failuresInARow = 0;
  }

  /** Throws what is already known: a stream that the key may not read, or a source that does not answer. */
  refuseHopeless(reading: Reading): void {
    const known = this.#failures.get(failureKey(reading));
    if (known?.kind === 'auth') throw new KnownFailure(known);
    if (this.#failuresInARow < PATIENCE) return;
    throw new ExportError(
      'SOURCE_GAVE_UP',
      `Not tried: ${PATIENCE} readings before it failed one after the other.`,
      {
        kind: 'transient',
        hint: 'See the first failures; run it again when the source answers.',
      },
    );
  }

  readingFailed(reading: Reading, unread: readonly Partition[], error: unknown): void {
    this.#failedPartitions += unread.length;
    this.#streamOf(reading.partitions[0]).failed += unread.length;
    const key = failureKey(reading);
    const known = this.#failures.get(key);
    const partitions = (known?.partitions ?? 0) + unread.length;
    const failure = error instanceof KnownFailure ? undefined : failureOf(error);
    if (failure) this.#countInARow(failure);
    if (known && !(failure && isGraver(failure, known))) {
      this.#failures.set(key, { ...known, partitions });
      return;
    }
    if (!failure) return;
    const { stream, project } = reading.partitions[0];
    const partition = partitionName(unread[0] ?? reading.partitions[0]);
    this.#failures.set(key, { ...failure, stream: stream.name, project: project.id, partitions, partition });
    if (failure.kind !== 'interrupted') this.#log.error(`${partition} could not be read: ${failure.message}`);
  }

  soFar(): Pick<RunSoFar, 'records' | 'partitions' | 'failedPartitions'> {
    return {
      records: [...this.#streams.values()].reduce((sum, { records }) => sum + records, 0),
      partitions: this.#partitions,
      failedPartitions: this.#failedPartitions,
    };
  }

  streamOutcomes(): StreamOutcome[] {
    return [...this.#streams].map(([name, { partitions, failed, records }]) => ({
      name,
      partitions,
      failed_partitions: failed,
      records,
    }));
  }

  sourceFailures(): SourceFailure[] {
    return [...this.#failures.values()];
  }

  #countInARow(failure: Failure): void {
    if (failure.kind === 'transient' || failure.kind === 'rate-limited') this.#failuresInARow += 1;
  }

  #streamOf(partition: Partition) {
    const known = this.#streams.get(partition.stream.name);
    if (!known) throw new Error(`a reading of ${partition.stream.name}, which was not asked for`);
    return known;
  }

  #tell(): void {
    this.#onProgress({
      records: this.#records,
      partitions: this.#partitions,
      plannedPartitions: this.#planned,
    });
  }
}

/** True where what is known would hide a bug, or that further calls are in vain. */
function isGraver({ kind }: Failure, known: Failure): boolean {
  if (kind === 'bug') return known.kind !== 'bug';
  return kind === 'auth' && known.kind !== 'bug' && known.kind !== 'auth';
}

function failureKey(reading: Reading): string {
  const { stream, project } = reading.partitions[0];
  return `${stream.name}/${project.id}`;
}

/** Marks a reading that was not tried because the same call was refused before. */
class KnownFailure extends Error {
  constructor(known: SourceFailure) {
    super(known.message);
  }
}
