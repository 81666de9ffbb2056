import { pathSegment } from '../../src/files/path-segment.js';
import type { Partition } from '../../src/streams/partition.js';
import type { Day } from '../../src/time/day.js';

/** A file or folder from the sink's folder down. */
export type Segments = readonly string[];

/** A file that a partition may be in. */
export interface PartitionPath {
  readonly segments: Segments;
  readonly gzip: boolean;
}

const STREAM = /^[^._]/;
const PROJECT_FOLDER = /^project_id=(.*)$/;
const DAY_FOLDER = /^date=(.+)$/;
const DAY_FILE = /^part\.ndjson(\.gz)?$/;
/** A snapshot, or a day in the layout before: a file of the project's folder, which no engine takes for a partition. */
const PROJECT_FILE = /^(?:snapshot|date=(.+))\.ndjson(\.gz)?$/;

/** What the folders and files of partitions are called from the sink's folder down, in each layout. */
export const PARTITION_FILES: readonly (readonly RegExp[])[] = [
  [STREAM, PROJECT_FOLDER, DAY_FOLDER, DAY_FILE],
  [STREAM, PROJECT_FOLDER, PROJECT_FILE],
];

export function projectFolder({ stream, project }: Pick<Partition, 'stream' | 'project'>): Segments {
  return [stream.name, `project_id=${pathSegment(project.id)}`];
}

/** Where a partition is. */
export function partitionFile(partition: Partition, gzip: boolean): Segments {
  const folder = projectFolder(partition);
  return partition.day === null
    ? [...folder, `snapshot${ending(gzip)}`]
    : [...folder, dayFolder(partition.day), `part${ending(gzip)}`];
}

/** Where a day was in the layout before; snapshots were where they are. */
export function olderFile(partition: Partition, gzip: boolean): Segments {
  return [...projectFolder(partition), `date=${partition.day}${ending(gzip)}`];
}

/** Every file that a partition may be in, the one that counts first. */
export function partitionPaths(partition: Partition): readonly PartitionPath[] {
  const layouts = partition.day === null ? [partitionFile] : [partitionFile, olderFile];
  const pathsIn = (fileIn: typeof partitionFile) =>
    [false, true].map((gzip) => ({ segments: fileIn(partition, gzip), gzip }));
  return layouts.flatMap(pathsIn);
}

export function dayFolder(day: Day): string {
  return `date=${day}`;
}

/** What `pathSegment` made of the id of the project whose folder this is. */
export function projectSegmentOf(folder: string): string | undefined {
  return PROJECT_FOLDER.exec(folder)?.[1];
}

/** The day whose folder this is; any text, since anybody may have made the folder. */
export function dayOfFolder(name: string): string | undefined {
  return DAY_FOLDER.exec(name)?.[1];
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
  return gzip ? '.ndjson.gz' : '.ndjson';
}
