import { isAbsolute, join } from 'node:path';
import type { PartitionWriter, Sink } from '../../src/catalogue/sink.js';
import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { encodedStreams } from '../../src/deliver/encoded-stream.js';
import { checkFolder } from '../../src/file-sinks/check-folder.js';
import { heldFiles } from '../../src/file-sinks/held-files.js';
import type { Segments } from '../../src/file-sinks/hive-folders.js';
import { partitionCounts } from '../../src/file-sinks/partition-counts.js';
import type { AtomicFileOptions } from '../../src/files/atomic-file.js';
import { OutputFolder } from '../../src/files/output-folder.js';
import { holdPersonalData } from '../../src/streams/field.js';
import type { Partition } from '../../src/streams/partition.js';
import { countLines } from './count-lines.js';
import { ndjsonEncoder } from './ndjson-encoder.js';
import type { NdjsonSettings } from './ndjson-settings.js';
import { takeOverOlderLayout } from './older-layout.js';
import { olderFile, PARTITION_FILES, partitionFile, partitionPaths } from './partition-path.js';
import { writeSchemas } from './schemas/schema-files.js';
import { ndjsonSchemas } from './schemas/schemas.js';

/**
 * One file a partition, `<path>/<stream>/project_id=<id>/date=<day>/part.ndjson[.gz]`, one JSON object a line with
 * the fields in schema order. A partition without records is an empty file: read, and nothing there.
 */
export function ndjsonSink(settings: NdjsonSettings, context: SinkContext): Sink {
  const root = isAbsolute(settings.path) ? settings.path : join(context.cwd, settings.path);
  const folder = new OutputFolder(root, { clock: context.clock });
  const counts = partitionCounts(folder, context.log);
  const gzip = settings.compression === 'gzip';
  const encodedWriter = encodedStreams(ndjsonEncoder);

  /** In another compression or layout, where whoever reads the folder would count it twice. */
  const removeElsewhere = async (partition: Partition, own: Segments): Promise<void> => {
    const others = partitionPaths(partition).filter(({ segments }) => segments.join('/') !== own.join('/'));
    await Promise.all(others.map(({ segments }) => folder.removeFile(segments)));
  };
  const begin = async (partition: Partition, options: AtomicFileOptions = {}): Promise<PartitionWriter> => {
    const segments = partitionFile(partition, gzip);
    const ownerOnly = holdPersonalData(partition.stream.fields);
    const file = await folder.createFile(segments, { ...options, gzip, ownerOnly });
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

  return {
    name: context.name,
    capabilities: { delivery: 'replace', sharing: 'each' },
    isEmpty: async () => {
      for (const names of PARTITION_FILES) if (await folder.holds(names)) return false;
      return true;
    },
    held: async (stream, project, days, signal) => {
      const files = await heldFiles(folder, stream, project, days, {
        pathsOf: partitionPaths,
        count: ({ segments, gzip }) => countLines({ path: folder.path(segments), gzip }, stream, signal),
      });
      return counts.held(stream, project, days, files, signal);
    },
    check: () => checkFolder(folder, settings.path),
    begin: (partition) => begin(partition),
    finish: async (_run, signal) => {
      const older = await takeOverOlderLayout(
        {
          folder,
          streams: context.streams,
          begin: (partition, { writtenAt }) => begin(partition, { replaces: false, changedAt: writtenAt }),
          removeOlder: async (partition) => {
            for (const packed of [false, true]) await folder.removeFile(olderFile(partition, packed));
          },
          clock: context.clock,
          log: context.log,
        },
        signal,
      ).finally(counts.save);
      await writeSchemas(folder, context.streams, ndjsonSchemas);
      return { facts: older.days > 0 ? { 'days taken over': older.days } : {}, notes: older.notes };
    },
  };
}
