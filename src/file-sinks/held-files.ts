import type { HeldPartition } from '../catalogue/sink.js';
import type { OutputFolder } from '../files/output-folder.js';
import type { Partition, Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';
import { dayFolder, projectFolder, type Segments } from './hive-folders.js';
import type { PartitionFiles } from './partition-counts.js';

/** The files of a sink that has one for each partition. */
interface FileKind<Path> {
  /** Every file that a partition may be in, the one that counts first. */
  pathsOf(partition: Partition): readonly Path[];
  /** What is in a file; undefined where it is damaged or cannot be read. */
  count(path: Path): Promise<HeldPartition | undefined>;
}

/** Looks at the partitions of a stream and project that are there. */
export async function heldFiles<Path extends { readonly segments: Segments }>(
  folder: OutputFolder,
  stream: Stream,
  project: Project,
  days: readonly (Day | null)[],
  { pathsOf, count }: FileKind<Path>,
): Promise<PartitionFiles> {
  const own = projectFolder({ stream, project });
  const entries = new Map((await folder.entries(own)).map((entry) => [entry.name, entry]));
  const found = new Map<Day | null, { readonly path: Path; readonly bytes: number }>();
  const look = async (day: Day | null): Promise<void> => {
    const isFolder = day !== null && entries.get(dayFolder(day))?.isDirectory();
    for (const path of pathsOf({ stream, project, day })) {
      const [name = '', ...below] = path.segments.slice(own.length);
      if (below.length > 0 ? !isFolder : !entries.get(name)?.isFile()) continue;
      const bytes = await folder.sizeOf(path.segments);
      if (bytes === undefined) continue;
      found.set(day, { path, bytes });
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
      return file && count(file.path);
    },
  };
}
