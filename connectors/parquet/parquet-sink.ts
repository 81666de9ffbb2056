import { ReceiptTally } from '../../src/catalogue/receipt-tally.js';
import type { PartitionWriter, Sink } from '../../src/catalogue/sink.js';
import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { ReadingFacts } from '../../src/deliver/reading-facts.js';
import { checkFolder } from '../../src/file-sinks/check-folder.js';
import { heldFiles } from '../../src/file-sinks/held-files.js';
import {
  DAY_FOLDERS,
  folderFields,
  PROJECT_FOLDERS,
  partitionFile,
} from '../../src/file-sinks/hive-folders.js';
import { folderAt } from '../../src/file-sinks/output-at.js';
import { partitionCounts } from '../../src/file-sinks/partition-counts.js';
import { holds, type Output } from '../../src/files/output.js';
import { holdPersonalData, type Row } from '../../src/streams/field.js';
import { type Partition, strayWords } from '../../src/streams/partition.js';
import { recordName } from '../../src/streams/stream.js';
import { writeSchemas } from '../ndjson/schemas/schema-files.js';
import { factsOfFile, readHolds } from './file/file-facts.js';
import { parquetFile } from './file/parquet-file.js';
import type { ParquetSettings } from './parquet-settings.js';
import { parquetSchemas } from './schemas/schemas.js';

const ENDING = 'parquet';
const PARTITION_FILES = [
  [...DAY_FOLDERS, /^part\.parquet$/],
  [...PROJECT_FOLDERS, /^snapshot\.parquet$/],
];

/**
 * One file a partition, `<path>/<stream>/project_id=<id>/date=<day>/part.parquet`, with the stream's fields but for those
 * that its folders say. A partition without records is a file without rows: read, and nothing there.
 *
 * @param output what is at the path of the settings. Default: a folder
 */
export function parquetSink(
  settings: ParquetSettings,
  context: SinkContext,
  output: Output = folderAt(settings.path, context),
): Sink {
  const counts = partitionCounts(output, context.log);

  const begin = async (partition: Partition): Promise<PartitionWriter> => {
    const { stream } = partition;
    const inFolders = folderFields(stream);
    const ownerOnly = holdPersonalData(stream.fields);
    const file = await output.createFile(partitionFile(partition, ENDING), { ownerOnly });
    const records = parquetFile({
      fields: stream.fields.filter((field) => !inFolders.includes(field)),
      compression: settings.compression,
      write: (bytes) => file.write(bytes),
    });
    const facts = new ReadingFacts(stream);
    const tally = new ReceiptTally();
    const refuse = (row: Row, words: string) => tally.reject(words, 1, () => recordName(row, stream));
    /** The folders would say of a stray what is not so. */
    const isOwn = (row: Row): boolean => {
      const words = strayWords(partition, row);
      if (words !== undefined) refuse(row, words);
      return words === undefined;
    };

    return {
      write: async (batch) => {
        const own = batch.filter(isOwn);
        const refused = await records.add(own);
        for (const { row, words } of refused) refuse(row, words);
        const left = new Set(refused.map(({ row }) => row));
        facts.add(left.size === 0 ? own : own.filter((row) => !left.has(row)));
      },
      commit: async () => {
        await records.end(factsOfFile(facts));
        await file.commit();
        await counts.committed(partition, { records: facts.records, sums: facts.sums, bytes: [file.bytes] });
        tally.accept(facts.records);
        return tally.receipt();
      },
      abort: () => file.abort(),
    };
  };

  return {
    name: context.name,
    capabilities: { delivery: 'replace', sharing: 'each' },
    isEmpty: async () => {
      for (const names of PARTITION_FILES) if (await holds(output, names)) return false;
      return true;
    },
    held: async (stream, project, days, signal) => {
      const files = await heldFiles(output, stream, project, days, {
        pathsOf: (partition) => [{ segments: partitionFile(partition, ENDING) }],
        count: readHolds,
      });
      return counts.held(stream, project, days, files, signal);
    },
    check: () => checkFolder(output, settings.path),
    begin,
    finish: async ({ isPart = false }) => {
      await counts.save();
      if (isPart) return { facts: {}, notes: [] };
      await writeSchemas(output, context.streams, parquetSchemas);
      await output.tidyUp?.();
      return { facts: {}, notes: [] };
    },
    dispose: async () => output.dispose?.(),
  };
}
