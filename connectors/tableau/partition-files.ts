import type { AtomicFile } from '../../src/files/atomic-file.js';
import { Utf8Text } from '../../src/files/utf8-text.js';
import type { PartitionWriter } from '../../src/pipeline/sink.js';
import type { Row } from '../../src/records/field.js';

/** A file that is to hold what a partition has of one table. */
export interface TableFile {
  readonly create: () => Promise<AtomicFile>;
  /** What it begins with, also when there are no records. */
  readonly head: string;
  readonly encode: (record: Row) => string;
}

/** Writes a partition to the files of its tables, the stream's own first; they get their names together. */
export async function openPartition(tables: readonly TableFile[]): Promise<PartitionWriter> {
  const open: { readonly file: AtomicFile; readonly text: Utf8Text; readonly encode: TableFile['encode'] }[] =
    [];
  let records = 0;

  const abort = async (): Promise<void> => {
    await Promise.allSettled(open.map(({ file }) => file.abort()));
  };
  const orTakeBack = async (step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      await abort();
      throw error;
    }
  };

  await orTakeBack(async () => {
    for (const { create, head, encode } of tables) {
      const file = await create();
      open.push({ file, encode, text: new Utf8Text() });
      await file.write(head);
    }
  });
  return {
    write: async (batch) => {
      await Promise.all(open.map(async ({ file, text, encode }) => file.write(text.encode(batch, encode))));
      records += batch.length;
    },
    commit: async () => {
      await orTakeBack(async () => {
        // All are on disk before the first is named; the stream's own comes last, when its children are there.
        await Promise.all(open.map(({ file }) => file.finish()));
        for (const { file } of [...open].reverse()) await file.publish();
      });
      return { accepted: records, rejected: [], skipped: [] };
    },
    abort,
  };
}
