import type { Segments } from '../files/output.js';
import { pathSegment } from '../files/path-segment.js';
import type { Field } from '../streams/field.js';
import type { Partition } from '../streams/partition.js';
import { PARTITION_FIELDS, type Stream } from '../streams/stream.js';
import type { Day } from '../time/day.js';

/*
 * Folders that engines take for partitions, as Hive named them: `<stream>/project_id=<id>/date=<day>/`, and a file of the
 * project's folder for a snapshot.
 */

const STREAM = /^[^._]/;
const PROJECT_FOLDER = /^project_id=(.*)$/;
const DAY_FOLDER = /^date=(.+)$/;

/** What the folders of projects are called from the sink's folder down. */
export const PROJECT_FOLDERS: readonly RegExp[] = [STREAM, PROJECT_FOLDER];
/** What the folders of days are called. */
export const DAY_FOLDERS: readonly RegExp[] = [...PROJECT_FOLDERS, DAY_FOLDER];

export function projectFolder({ stream, project }: Pick<Partition, 'stream' | 'project'>): Segments {
  return [stream.name, `project_id=${pathSegment(project.id)}`];
}

/** Where a partition is: `part.<ending>` in the folder of its day, or `snapshot.<ending>`. */
export function partitionFile(partition: Partition, ending: string): Segments {
  const folder = projectFolder(partition);
  return partition.day === null
    ? [...folder, `snapshot.${ending}`]
    : [...folder, dayFolder(partition.day), `part.${ending}`];
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

/** The fields that the folders say as well: an engine that reads them there skips the days that are not asked for. */
export function folderFields({
  fields,
  partitionedBy,
}: Pick<Stream, 'fields' | 'partitionedBy'>): readonly Field[] {
  const isDaily = partitionedBy === 'day';
  return fields.filter(({ name }) => PARTITION_FIELDS.has(name) && (isDaily || name === 'project_id'));
}
