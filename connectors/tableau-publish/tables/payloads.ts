import { createHash } from 'node:crypto';
import type { AtomicFile } from '../../../src/files/atomic-file.js';
import type { OutputFolder } from '../../../src/files/output-folder.js';
import { holdPersonalData, type Row } from '../../../src/streams/field.js';
import { batchesOf } from '../../ndjson/archive/archive-batches.js';
import { parquetFile } from '../../parquet/file/parquet-file.js';
import type { LocalFile } from '../server/uploads.js';
import type { KeptPartition } from './kept-partitions.js';
import type { PublishedTable } from './published-table.js';
import type { PublishingTools } from './publishing-tools.js';

/** A file with rows of a table, and the partitions that they are of. */
export interface Payload {
  /** Undefined where no partition has rows. */
  readonly file: LocalFile | undefined;
  /** Of its bytes; empty without a file. */
  readonly hash: string;
  /** Partitions whose first rows are in it. */
  readonly begins: readonly KeptPartition[];
  /** Partitions whose last rows are in it. */
  readonly ends: readonly KeptPartition[];
}

/**
 * The rows of these partitions as Parquet files, none of them much larger than `mostBytes`: a partition goes on in the
 * next where it has to. A file is there until the next one is asked for.
 */
export async function* payloadsOf(
  table: PublishedTable,
  partitions: readonly KeptPartition[],
  mostBytes: number,
  tools: PublishingTools,
): AsyncGenerator<Payload> {
  const payloads = writePayloads(table, partitions, mostBytes, tools);
  try {
    for (;;) {
      const { value, done } = await tools.inTurn(() => payloads.next());
      if (done) return;
      yield value;
    }
  } finally {
    await payloads.return(undefined);
  }
}

async function* writePayloads(
  table: PublishedTable,
  partitions: readonly KeptPartition[],
  mostBytes: number,
  { folder, findings, noteRefused, signal }: PublishingTools,
): AsyncGenerator<Payload, undefined> {
  let open: OpenFile | undefined;
  let begins: KeptPartition[] = [];
  let ends: KeptPartition[] = [];
  const payload = async (): Promise<Payload> => {
    const whole = { file: await open?.end(), hash: open?.hash() ?? '', begins, ends };
    begins = [];
    ends = [];
    open = undefined;
    return whole;
  };
  try {
    for (const partition of partitions) {
      begins.push(partition);
      for await (const records of batchesOf(partition.file, partition.partition, findings, signal)) {
        const rows = table.rowsOf(records);
        if (rows.length === 0) continue;
        open ??= await openFile(folder, table);
        for (const { words } of await open.add(rows)) noteRefused(table.name, words);
        if (open.bytes > mostBytes) yield await payload();
      }
      ends.push(partition);
    }
    if (begins.length > 0 || ends.length > 0) yield await payload();
  } finally {
    await open?.abort();
    await folder.removeFile(segmentsOf(table));
  }
  return undefined;
}

interface OpenFile {
  readonly bytes: number;
  add(rows: readonly Row[]): ReturnType<ReturnType<typeof parquetFile>['add']>;
  end(): Promise<LocalFile>;
  /** Once it has ended. */
  hash(): string;
  abort(): Promise<void>;
}

async function openFile(folder: OutputFolder, table: PublishedTable): Promise<OpenFile> {
  const segments = segmentsOf(table);
  const options = { ownerOnly: holdPersonalData(table.fields), durable: false };
  const file: AtomicFile = await folder.createFile(segments, options);
  const hash = createHash('sha256');
  const parquet = parquetFile({
    fields: table.fields,
    compression: 'snappy',
    write: async (bytes) => {
      hash.update(bytes);
      await file.write(bytes);
    },
  });
  return {
    get bytes() {
      return file.bytes;
    },
    add: (rows) => parquet.add(rows),
    end: async () => {
      await parquet.end();
      await file.commit();
      return { path: folder.path(segments), bytes: file.bytes };
    },
    hash: () => hash.digest('hex'),
    abort: () => file.abort(),
  };
}

function segmentsOf({ name }: PublishedTable): readonly string[] {
  return ['.publishing', `${name}.parquet`];
}
