import {
  DAY_FOLDERS,
  partitionFile as hivePartitionFile,
  PROJECT_FOLDERS,
  projectFolder,
} from '../../src/file-sinks/hive-folders.js';
import type { Segments } from '../../src/files/output.js';
import type { Partition } from '../../src/streams/partition.js';

/** A file that a partition may be in. */
export interface PartitionPath {
  readonly segments: Segments;
  readonly gzip: boolean;
}

const DAY_FILE = /^part\.ndjson(\.gz)?$/;
/** A snapshot, or a day in the layout before: a file of the project's folder, which no engine takes for a partition. */
const PROJECT_FILE = /^(?:snapshot|date=(.+))\.ndjson(\.gz)?$/;

/** What the folders and files of partitions are called from the sink's folder down, in each layout. */
export const PARTITION_FILES: readonly (readonly RegExp[])[] = [
  [...DAY_FOLDERS, DAY_FILE],
  [...PROJECT_FOLDERS, PROJECT_FILE],
];

/** Where a partition is. */
export function partitionFile(partition: Partition, gzip: boolean): Segments {
  return hivePartitionFile(partition, ending(gzip));
}

/** Where a day was in the layout before; snapshots were where they are. */
export function olderFile(partition: Partition, gzip: boolean): Segments {
  return [...projectFolder(partition), `date=${partition.day}.${ending(gzip)}`];
}

/** Every file that a partition may be in, the one that counts first. */
export function partitionPaths(partition: Partition): readonly PartitionPath[] {
  const layouts = partition.day === null ? [partitionFile] : [partitionFile, olderFile];
  const pathsIn = (fileIn: typeof partitionFile) =>
    [false, true].map((gzip) => ({ segments: fileIn(partition, gzip), gzip }));
  return layouts.flatMap(pathsIn);
}

/** What the name of a file in the folder of a day says. */
export function dayFileNamed(name: string): { readonly gzip: boolean } | undefined {
  const match = DAY_FILE.exec(name);
  return match ? { gzip: match[1] !== undefined } : undefined;
}

/** What the name of a file in the folder of a project says; its day, null for a snapshot, is any text. */
export function projectFileNamed(
  name: string,
): { readonly day: string | null; readonly gzip: boolean } | undefined {
  const match = PROJECT_FILE.exec(name);
  return match ? { day: match[1] ?? null, gzip: match[2] !== undefined } : undefined;
}

function ending(gzip: boolean): string {
  return gzip ? 'ndjson.gz' : 'ndjson';
}
