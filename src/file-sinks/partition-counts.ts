import type { HeldPartition, Sink } from '../catalogue/sink.js';
import { forEachConcurrent } from '../deliver/for-each-concurrent.js';
import { abortError, failureOf } from '../errors/export-error.js';
import type { Output } from '../files/output.js';
import type { Log } from '../log/log.js';
import type { Partition, Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';
import { addCounts, type CountedPartition, readCounts, removeCounts } from './counts-file.js';

/** How the partitions of one stream and project are looked at. */
export interface PartitionFiles {
  /** Bytes of each of its files, its own first; undefined where one is not there. */
  sizesOf(day: Day | null): readonly number[] | undefined;
  /** What is in its own file; undefined where that is not whole. */
  count(day: Day | null): Promise<HeldPartition | undefined>;
}

interface Noted {
  readonly stream: Stream;
  readonly project: Project;
  readonly days: Map<Day | null, CountedPartition>;
}

/** Partitions that are noted in memory before they are written down. */
const MOST_IN_MEMORY = 20_000;
const FILES_AT_ONCE = 4;

/**
 * Keeps how many records and which sums are in each partition of a folder, in `<folder>/.counts/`: beside the partitions,
 * so that an older copy of the folder brings its own. A count holds for files of the lengths that it was noted with; a
 * partition with others, which somebody else has changed or a run that was killed did not come to note, is counted anew.
 */
export function partitionCounts(folder: Output, log: Log) {
  let noted = new Map<string, Noted>();
  let inMemory = 0;
  let saving: Promise<void> = Promise.resolve();
  const note = ({ stream, project, day }: Partition, counted: CountedPartition): void => {
    const key = keyOf(stream, project);
    const days = noted.get(key)?.days ?? new Map<Day | null, CountedPartition>();
    noted.set(key, { stream, project, days: days.set(day, counted) });
    inMemory += 1;
  };
  const save = (): Promise<void> => {
    const all = [...noted.values()];
    noted = new Map();
    inMemory = 0;
    saving = saving
      .then(() =>
        forEachConcurrent(FILES_AT_ONCE, all, ({ stream, project, days }) =>
          addCounts(folder, stream, project, days),
        ),
      )
      .catch((error) =>
        log.warn(`The counts of what was written are not noted: ${failureOf(error).message}`),
      );
    return saving;
  };
  return {
    /** A partition has been committed. */
    committed: async (partition: Partition, counted: CountedPartition): Promise<void> => {
      note(partition, counted);
      if (inMemory >= MOST_IN_MEMORY) await save();
    },
    /** Answers {@link Sink.held}, and writes nothing. */
    held: async (
      stream: Stream,
      project: Project,
      days: readonly (Day | null)[],
      files: PartitionFiles,
      signal: AbortSignal,
    ): ReturnType<NonNullable<Sink['held']>> => {
      const there = days.flatMap((day) => {
        const bytes = files.sizesOf(day);
        return bytes === undefined ? [] : [{ day, bytes }];
      });
      const held = new Map<Day | null, HeldPartition>();
      if (there.length === 0) return held;
      const counts = await readCounts(folder, stream, project, days);
      const ofThisRun = noted.get(keyOf(stream, project))?.days;
      for (const { day, bytes } of there) {
        if (signal.aborted) throw abortError(signal);
        const known = ofThisRun?.get(day) ?? counts.get(day);
        if (known !== undefined && known.bytes[0] === bytes[0]) {
          // Where its own file is as it was and one of a child table is not, that one has been changed.
          if (areEqual(known.bytes, bytes)) held.set(day, { records: known.records, sums: known.sums });
          continue;
        }
        const found = await files.count(day);
        if (found === undefined) continue;
        held.set(day, found);
        if (inMemory < MOST_IN_MEMORY) note({ stream, project, day }, { ...found, bytes });
      }
      return held;
    },
    /**
     * Forgets what is noted of a stream, before files of it get other lengths that no partition is committed with. What
     * was not saved yet is left to be.
     */
    forget: (stream: string): Promise<void> => removeCounts(folder, stream),
    /** Writes down what is noted. A failure is only told: it costs the next run a count. */
    save,
  };
}

function keyOf(stream: Stream, project: Project): string {
  return JSON.stringify([stream.name, project.id]);
}

function areEqual(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}
