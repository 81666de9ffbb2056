import type { HeldPartition } from '../../src/catalogue/sink.js';
import { ReadingFacts } from '../../src/deliver/reading-facts.js';
import type { PartitionFiles } from '../../src/file-sinks/partition-counts.js';
import type { OutputFolder } from '../../src/files/output-folder.js';
import type { Row } from '../../src/streams/field.js';
import type { Project } from '../../src/streams/partition.js';
import type { Stream } from '../../src/streams/stream.js';
import { isJsonObject } from '../../src/text/json-object.js';
import type { Day } from '../../src/time/day.js';
import { linesOf } from './archive/archive-lines.js';
import { dayFolder, type PartitionPath, partitionPaths, projectFolder } from './partition-path.js';

/** Looks at the partitions of a stream and project that are there, in whichever layout and compression. */
export async function heldFiles(
  folder: OutputFolder,
  stream: Stream,
  project: Project,
  days: readonly (Day | null)[],
  signal: AbortSignal,
): Promise<PartitionFiles> {
  const own = projectFolder({ stream, project });
  const entries = new Map((await folder.entries(own)).map((entry) => [entry.name, entry]));
  const found = new Map<Day | null, PartitionPath & { readonly bytes: number }>();
  const look = async (day: Day | null): Promise<void> => {
    const isFolder = day !== null && entries.get(dayFolder(day))?.isDirectory();
    for (const path of partitionPaths({ stream, project, day })) {
      const [name = '', ...below] = path.segments.slice(own.length);
      if (below.length > 0 ? !isFolder : !entries.get(name)?.isFile()) continue;
      const bytes = await folder.sizeOf(path.segments);
      if (bytes === undefined) continue;
      found.set(day, { ...path, bytes });
      return;
    }
  };
  await Promise.all(days.map(look));
  return {
    sizesOf: (day) => {
      const file = found.get(day);
      return file && [file.bytes];
    },
    count: async (day) => {
      const file = found.get(day);
      return file && countLines({ path: folder.path(file.segments), gzip: file.gzip }, stream, signal);
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
