import type { HeldPartition } from '../../src/catalogue/sink.js';
import { ReadingFacts } from '../../src/deliver/reading-facts.js';
import type { PartitionFiles } from '../../src/file-sinks/partition-counts.js';
import type { OutputFolder } from '../../src/files/output-folder.js';
import { pathSegment } from '../../src/files/path-segment.js';
import type { Row } from '../../src/streams/field.js';
import type { Partition, Project } from '../../src/streams/partition.js';
import type { Stream } from '../../src/streams/stream.js';
import { isJsonObject } from '../../src/text/json-object.js';
import type { Day } from '../../src/time/day.js';
import { linesOf } from './archive/archive-lines.js';

/** What the folders and files of partitions are called, from the sink's folder down. */
export const PARTITION_FILES: readonly RegExp[] = [
  /^[^._]/,
  /^project_id=/,
  /^(date=.+|snapshot)\.ndjson(\.gz)?$/,
];

/** Where a partition is below the sink's folder. */
export function partitionFile(partition: Partition, gzip: boolean): readonly string[] {
  return [...projectFolder(partition), fileName(partition.day, gzip)];
}

/** Looks at the partitions of a stream and project that are there, in whichever compression. */
export async function partitionFiles(
  folder: OutputFolder,
  stream: Stream,
  project: Project,
  days: readonly (Day | null)[],
  signal: AbortSignal,
): Promise<PartitionFiles> {
  const segments = projectFolder({ stream, project });
  const names = days.flatMap((day) => [fileName(day, false), fileName(day, true)]);
  const sizes = await folder.sizesOf(segments, names);
  const foundAs = (day: Day | null) => [false, true].find((gzip) => sizes.has(fileName(day, gzip)));
  return {
    sizesOf: (day) => {
      const size = sizes.get(fileName(day, foundAs(day) ?? false));
      return size === undefined ? undefined : [size];
    },
    count: async (day) => {
      const gzip = foundAs(day) ?? false;
      return countLines({ path: folder.path([...segments, fileName(day, gzip)]), gzip }, stream, signal);
    },
  };
}

/** Undefined for a file that is damaged or cannot be read. */
async function countLines(
  file: { readonly path: string; readonly gzip: boolean },
  stream: Stream,
  signal: AbortSignal,
): Promise<HeldPartition | undefined> {
  const facts = new ReadingFacts(stream);
  try {
    for await (const lines of linesOf(file, signal)) {
      for (const line of lines) {
        const record: unknown = JSON.parse(line);
        if (!isJsonObject(record)) return undefined;
        facts.add([record as Row]); // safe: only the sums are taken, of what is a number
      }
    }
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
  return { records: facts.records, sums: facts.sums };
}

function projectFolder({ stream, project }: Pick<Partition, 'stream' | 'project'>): readonly string[] {
  return [stream.name, `project_id=${pathSegment(project.id)}`];
}

function fileName(day: Day | null, gzip: boolean): string {
  return `${day === null ? 'snapshot' : `date=${day}`}${gzip ? '.ndjson.gz' : '.ndjson'}`;
}
