import { isAbsolute, join } from 'node:path';
import type { Sink } from '../../src/catalogue/sink.js';
import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { encodedStreams } from '../../src/deliver/encoded-stream.js';
import { OutputFolder } from '../../src/files/output-folder.js';
import { pathSegment } from '../../src/files/path-segment.js';
import type { Partition } from '../../src/streams/partition.js';
import { ndjsonEncoder } from './ndjson-encoder.js';
import type { NdjsonSettings } from './ndjson-settings.js';

/**
 * One file a partition, `<path>/<stream>/project_id=<id>/date=<day>.ndjson[.gz]`, one JSON object a line with
 * the fields in schema order. A partition without records is an empty file: read, and nothing there.
 */
export function ndjsonSink(settings: NdjsonSettings, context: SinkContext): Sink {
  const root = isAbsolute(settings.path) ? settings.path : join(context.cwd, settings.path);
  const folder = new OutputFolder(root);
  const gzip = settings.compression === 'gzip';
  const encodedWriter = encodedStreams(ndjsonEncoder);

  return {
    name: context.name,
    capabilities: { delivery: 'replace' },
    isEmpty: () => folder.isEmpty(),
    check: async () => {
      await folder.tryOut();
      return { what: `write to ${settings.path}`, ok: true, detail: 'a test file was written and removed' };
    },
    begin: async (partition) => {
      const file = await folder.createFile(segmentsOf(partition, gzip), { gzip });
      return encodedWriter(partition.stream)({
        write: (lines) => file.write(lines),
        commit: async (records) => {
          await file.commit();
          // The same partition in the other compression would be counted twice by whoever reads the folder.
          await folder.removeFile(segmentsOf(partition, !gzip));
          return { accepted: records, rejected: [], skipped: [] };
        },
        abort: () => file.abort(),
      });
    },
  };
}

function segmentsOf(partition: Partition, gzip: boolean): string[] {
  const file = partition.day === null ? 'snapshot' : `date=${partition.day}`;
  const suffix = gzip ? '.ndjson.gz' : '.ndjson';
  return [partition.stream.name, `project_id=${pathSegment(partition.project.id)}`, file + suffix];
}
