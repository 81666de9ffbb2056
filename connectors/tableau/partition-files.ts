import type { EncodedTarget } from '../../src/deliver/encoded-stream.js';
import type { CountedPartition } from '../../src/file-sinks/counts-file.js';
import type { AtomicFile } from '../../src/files/atomic-file.js';

/** A file that is to hold what a partition has of one table. */
export interface TableFile {
  readonly create: () => Promise<AtomicFile>;
  /** What it begins with, also when there are no records. */
  readonly head: string;
  /** Puts lines of the encoder into the form of this file. Default: they are in it. */
  readonly inForm?: (lines: Uint8Array) => Uint8Array;
}

/**
 * Writes the lines of a partition to the files of its tables, the stream's own first; they get their names together.
 *
 * @param committed told of what is there then
 */
export async function openPartition(
  tables: readonly TableFile[],
  committed: (counted: CountedPartition) => Promise<void>,
): Promise<EncodedTarget<readonly Uint8Array[]>> {
  const files: AtomicFile[] = [];
  const abort = async (): Promise<void> => {
    await Promise.allSettled(files.map((file) => file.abort()));
  };
  const orAbort = (step: Promise<void>): Promise<void> =>
    step.catch(async (error) => {
      await abort();
      throw error;
    });
  const begin = async (): Promise<void> => {
    for (const { create, head } of tables) {
      const file = await create();
      files.push(file);
      await file.write(head);
    }
  };
  const publish = async (): Promise<void> => {
    // All are on disk before the first is named; the stream's own comes last, when its children are there.
    await Promise.all(files.map((file) => file.finish()));
    for (const file of files.toReversed()) await file.publish();
  };

  await orAbort(begin());
  return {
    write: async (lines) => {
      await Promise.all(lines.map((some, at) => files[at]?.write(tables[at]?.inForm?.(some) ?? some)));
    },
    commit: async (records, sums) => {
      await orAbort(publish());
      await committed({ records, sums, bytes: files.map(({ bytes }) => bytes) });
      return { accepted: records, rejected: [], skipped: [] };
    },
    abort,
  };
}
