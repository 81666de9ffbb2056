import { ExportError } from '../../../src/errors/export-error.js';
import { pathSegment } from '../../../src/files/path-segment.js';
import type { Project } from '../../../src/streams/partition.js';
import { type ArchiveFile, groupFiles } from './archive-file.js';
import { linesOf } from './archive-lines.js';
import type { ArchiveRecord } from './archive-row.js';

/**
 * The projects of an archive in the order of their ids, named as their newest record names them. An id comes
 * from a record, since a folder's name may be a shortened form of it.
 */
export async function projectsOf(
  files: readonly ArchiveFile[],
  signal: AbortSignal,
): Promise<readonly Project[]> {
  const bySegment = groupFiles(files, ({ projectSegment }) => projectSegment);
  const projects: Project[] = [];
  for (const [segment, ofProject] of bySegment) projects.push(await projectOf(segment, ofProject, signal));
  return projects.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function projectOf(
  segment: string,
  files: readonly ArchiveFile[],
  signal: AbortSignal,
): Promise<Project> {
  let id = idIn(segment);
  // Snapshots last: days say when they are from.
  for (const file of files.toSorted((a, b) => ((a.day ?? '') > (b.day ?? '') ? -1 : 1))) {
    const found = await projectIn(file, segment, signal);
    if (found?.name !== undefined) return { id: found.id, name: found.name };
    id ??= found?.id;
  }
  if (id === undefined) throw unknownProject(files);
  return { id, name: null };
}

/**
 * What the first record of a file says of its project; undefined for a file that does not tell. Records of some streams
 * do not name their project.
 */
async function projectIn(
  file: ArchiveFile,
  segment: string,
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly name: string | null | undefined } | undefined> {
  const record = await firstRecord(file, signal);
  const id = record?.project_id;
  if (typeof id !== 'string' || pathSegment(id) !== segment) return undefined;
  const name = file.stream === 'projects' ? record?.name : record?.project_name;
  return { id, name: name === null || typeof name === 'string' ? name : undefined };
}

async function firstRecord(file: ArchiveFile, signal: AbortSignal): Promise<ArchiveRecord | undefined> {
  try {
    for await (const [line] of linesOf(file, signal)) if (line !== undefined) return Object(JSON.parse(line));
  } catch (error) {
    if (signal.aborted) throw error;
    // Damage is reported when the file is read for its records.
  }
  return undefined;
}

/** The id that a folder's name holds; undefined where it was shortened, or is not of the sink's making. */
function idIn(segment: string): string | undefined {
  try {
    const id = segment === '%' ? '' : decodeURIComponent(segment);
    return pathSegment(id) === segment ? id : undefined;
  } catch {
    return undefined;
  }
}

function unknownProject([file]: readonly ArchiveFile[]): ExportError {
  return new ExportError('SOURCE_ANSWER', `${file?.folder ?? 'A folder'} does not tell whose it is.`, {
    kind: 'permanent',
    hint: 'No readable record in it has a project_id that gives this name. Restore or rename the folder, or move it away.',
  });
}
