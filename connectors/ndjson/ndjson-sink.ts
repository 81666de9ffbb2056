import { isAbsolute, join } from 'node:path';
import type { AtomicFile } from '../../src/files/atomic-file.js';
import { OutputFolder } from '../../src/files/output-folder.js';
import { pathSegment } from '../../src/files/path-segment.js';
import { Utf8Text } from '../../src/files/utf8-text.js';
import type { Partition } from '../../src/pipeline/partition.js';
import type { PartitionWriter, Sink } from '../../src/pipeline/sink.js';
import type { SinkContext } from '../../src/pipeline/sink-type.js';
import type { NdjsonSettings } from './ndjson-settings.js';

/**
 * One file a partition, `<path>/<stream>/project_id=<id>/date=<day>.ndjson[.gz]`, one JSON object a line with
 * the fields in schema order. A partition without records is an empty file: read, and nothing there.
 */
export function ndjsonSink(settings: NdjsonSettings, context: SinkContext): Sink {
  const root = isAbsolute(settings.path) ? settings.path : join(context.cwd, settings.path);
  const folder = new OutputFolder(root);
  const gzip = settings.compression === 'gzip';

  return {
    name: context.name,
    capabilities: { delivery: 'replace', accepts: () => true },
    isEmpty: () => folder.isEmpty(),
    check: async () => {
      await folder.tryOut();
      return { what: `write to ${settings.path}`, ok: true, detail: 'a test file was written and removed' };
    },
    begin: async (partition) => {
      const file = await folder.createFile(segmentsOf(partition, gzip), { gzip });
      // The same partition in the other compression would be counted twice by whoever reads the folder.
      const stale = segmentsOf(partition, !gzip);
      return ndjsonWriter(file, () => folder.removeFile(stale));
    },
    close: async () => ({ facts: {}, notes: [] }),
  };
}

function segmentsOf(partition: Partition, gzip: boolean): string[] {
  const file = partition.day === null ? 'snapshot' : `date=${partition.day}`;
  const suffix = gzip ? '.ndjson.gz' : '.ndjson';
  return [partition.stream.name, `project_id=${pathSegment(partition.project.id)}`, file + suffix];
}

function ndjsonWriter(file: AtomicFile, removeStale: () => Promise<void>): PartitionWriter {
  const text = new Utf8Text();
  let records = 0;
  return {
    write: async (batch) => {
      await file.write(text.encode(batch, (row) => `${JSON.stringify(row)}\n`));
      records += batch.length;
    },
    commit: async () => {
      await file.commit();
      await removeStale();
      return { accepted: records, rejected: [], skipped: [] };
    },
    abort: () => file.abort(),
  };
}
