import { isAbsolute, join } from 'node:path';
import type { Sink } from '../../src/catalogue/sink.js';
import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { encodedStreams } from '../../src/deliver/encoded-stream.js';
import { partitionCounts } from '../../src/file-sinks/partition-counts.js';
import { OutputFolder } from '../../src/files/output-folder.js';
import { ndjsonEncoder } from './ndjson-encoder.js';
import type { NdjsonSettings } from './ndjson-settings.js';
import { PARTITION_FILES, partitionFile, partitionFiles } from './partition-file.js';

/**
 * One file a partition, `<path>/<stream>/project_id=<id>/date=<day>.ndjson[.gz]`, one JSON object a line with
 * the fields in schema order. A partition without records is an empty file: read, and nothing there.
 */
export function ndjsonSink(settings: NdjsonSettings, context: SinkContext): Sink {
  const root = isAbsolute(settings.path) ? settings.path : join(context.cwd, settings.path);
  const folder = new OutputFolder(root);
  const counts = partitionCounts(folder, context.log);
  const gzip = settings.compression === 'gzip';
  const encodedWriter = encodedStreams(ndjsonEncoder);

  return {
    name: context.name,
    capabilities: { delivery: 'replace' },
    isEmpty: async () => !(await folder.holds(PARTITION_FILES)),
    held: async (stream, project, days, signal) => {
      const files = await partitionFiles(folder, stream, project, days, signal);
      return counts.held(stream, project, days, files, signal);
    },
    check: async () => {
      await folder.tryOut();
      return { what: `write to ${settings.path}`, ok: true, detail: 'a test file was written and removed' };
    },
    begin: async (partition) => {
      const file = await folder.createFile(partitionFile(partition, gzip), { gzip });
      return encodedWriter(partition.stream)({
        write: (lines) => file.write(lines),
        commit: async (records, sums) => {
          await file.commit();
          // The same partition in the other compression would be counted twice by whoever reads the folder.
          await folder.removeFile(partitionFile(partition, !gzip));
          await counts.committed(partition, { records, sums, bytes: [file.bytes] });
          return { accepted: records, rejected: [], skipped: [] };
        },
        abort: () => file.abort(),
      });
    },
    finish: async () => {
      await counts.save();
      return { facts: {}, notes: [] };
    },
  };
}
