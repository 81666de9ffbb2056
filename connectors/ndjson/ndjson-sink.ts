import type { PartitionWriter, Sink } from '../../src/catalogue/sink.js';
import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { encodedStreams } from '../../src/deliver/encoded-stream.js';
import { checkFolder } from '../../src/file-sinks/check-folder.js';
import { heldFiles } from '../../src/file-sinks/held-files.js';
import { folderAt } from '../../src/file-sinks/output-at.js';
import { partitionCounts } from '../../src/file-sinks/partition-counts.js';
import type { AtomicFileOptions } from '../../src/files/atomic-file.js';
import { fileName, holds, type Output, type Segments } from '../../src/files/output.js';
import { OutputFolder } from '../../src/files/output-folder.js';
import { holdPersonalData } from '../../src/streams/field.js';
import type { Partition } from '../../src/streams/partition.js';
import { countLines } from './count-lines.js';
import { ndjsonEncoder } from './ndjson-encoder.js';
import type { NdjsonSettings } from './ndjson-settings.js';
import { type TakenOver, takeOverOlderLayout } from './older-layout.js';
import { olderFile, PARTITION_FILES, partitionFile, partitionPaths } from './partition-path.js';
import { writeSchemas } from './schemas/schema-files.js';
import { ndjsonSchemas } from './schemas/schemas.js';

/**
 * One file a partition, `<path>/<stream>/project_id=<id>/date=<day>/part.ndjson[.gz]`, one JSON object a line with
 * the fields in schema order. A partition without records is an empty file: read, and nothing there.
 *
 * @param output what is at the path of the settings. Default: a folder
 */
export function ndjsonSink(
  settings: NdjsonSettings,
  context: SinkContext,
  output: Output = folderAt(settings.path, context),
): Sink {
  const counts = partitionCounts(output, context.log);
  const gzip = settings.compression === 'gzip';
  const encodedWriter = encodedStreams(ndjsonEncoder);

  /** In another compression or layout, where whoever reads the folder would count it twice. */
  const removeElsewhere = async (partition: Partition, own: Segments): Promise<void> => {
    const all = partitionPaths(partition).map(({ segments }) => segments);
    await output.removeFiles(all.filter((segments) => fileName(segments) !== fileName(own)));
  };
  const begin = async (partition: Partition, options: AtomicFileOptions = {}): Promise<PartitionWriter> => {
    const segments = partitionFile(partition, gzip);
    const ownerOnly = holdPersonalData(partition.stream.fields);
    const file = await output.createFile(segments, { ...options, gzip, ownerOnly });
    return encodedWriter(partition.stream)({
      write: (lines) => file.write(lines),
      commit: async (records, sums) => {
        await file.commit();
        await removeElsewhere(partition, segments);
        await counts.committed(partition, { records, sums, bytes: [file.bytes] });
        return { accepted: records, rejected: [], skipped: [] };
      },
      abort: () => file.abort(),
    });
  };

  /** Nothing was ever written to an object store in the layout before. */
  const takeOver = async (signal: AbortSignal): Promise<TakenOver> => {
    if (!(output instanceof OutputFolder)) return { days: 0, notes: [] };
    return takeOverOlderLayout(
      {
        folder: output,
        streams: context.streams,
        begin: (partition, { writtenAt }) => begin(partition, { replaces: false, changedAt: writtenAt }),
        removeOlder: (partition) =>
          output.removeFiles([false, true].map((packed) => olderFile(partition, packed))),
        clock: context.clock,
        log: context.log,
      },
      signal,
    );
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
        pathsOf: partitionPaths,
        count: (path, { gzip }) => countLines({ path, gzip }, stream, signal),
      });
      return counts.held(stream, project, days, files, signal);
    },
    check: () => checkFolder(output, settings.path),
    begin: (partition) => begin(partition),
    finish: async ({ isPart = false }, signal) => {
      if (isPart) {
        await counts.save();
        return { facts: {}, notes: [] };
      }
      const older = await takeOver(signal).finally(counts.save);
      await writeSchemas(output, context.streams, ndjsonSchemas);
      await output.tidyUp?.();
      return { facts: older.days > 0 ? { 'days taken over': older.days } : {}, notes: older.notes };
    },
    dispose: async () => output.dispose?.(),
  };
}
