import type { HeldPartition } from '../catalogue/sink.js';
import { fileName, type Output, type Segments } from '../files/output.js';
import type { Partition, Project } from '../streams/partition.js';
import type { Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';
import { projectFolder } from './hive-folders.js';
import type { PartitionFiles } from './partition-counts.js';

/** The files of a sink that has one for each partition. */
interface FileKind<Kind> {
  /** Every file that a partition may be in, the one that counts first. */
  pathsOf(partition: Partition): readonly Kind[];
  /** What is in a file, by its path on this machine; undefined where it is damaged or cannot be read. */
  count(path: string, kind: Kind): Promise<HeldPartition | undefined>;
}

/** Looks at the partitions of a stream and project that are there. */
export async function heldFiles<Kind extends { readonly segments: Segments }>(
  output: Output,
  stream: Stream,
  project: Project,
  days: readonly (Day | null)[],
  { pathsOf, count }: FileKind<Kind>,
): Promise<PartitionFiles> {
  const own = projectFolder({ stream, project });
  const kindsOf = (day: Day | null) =>
    pathsOf({ stream, project, day }).map((kind) => ({ kind, file: kind.segments.slice(own.length) }));
  const sizes = await output.sizesOf(
    own,
    days.flatMap((day) => kindsOf(day).map(({ file }) => file)),
  );
  const found = (day: Day | null) => kindsOf(day).find(({ file }) => sizes.has(fileName(file)));
  return {
    sizesOf: (day) => {
      const file = found(day)?.file;
      const bytes = file && sizes.get(fileName(file));
      return bytes === undefined ? undefined : [bytes];
    },
    count: async (day) => {
      const kind = found(day)?.kind;
      return kind && output.withFile(kind.segments, (path) => count(path, kind));
    },
  };
}
