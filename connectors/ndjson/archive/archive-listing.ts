import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ExportError } from '../../../src/errors/export-error.js';
import { dayOfFolder, projectSegmentOf } from '../../../src/file-sinks/hive-folders.js';
import { type Day, isDay } from '../../../src/time/day.js';
import { dayFileNamed, projectFileNamed } from '../partition-path.js';
import { type ArchiveFile, groupFiles } from './archive-file.js';

export interface ArchiveListing {
  /** In the order of streams, projects and days; one a partition. */
  readonly files: readonly ArchiveFile[];
  /** What was left out or doubtful, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * Finds the files of an archive. What has another name is none of its files; a symbolic link is not followed.
 * A folder that is no archive is an {@link ExportError} of kind `config`.
 *
 * @param root absolute path
 */
export async function listArchive(root: string): Promise<ArchiveListing> {
  const warnings: string[] = [];
  const streams = await readdir(root, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw noArchive(root, cause.code === 'ENOENT' ? 'there is no such folder' : reasonOf(cause), cause);
  });
  const files: ArchiveFile[] = [];
  let projectFolders = 0;
  for (const stream of foldersIn(root, streams, isNotHidden, warnings)) {
    const streamPath = join(root, stream);
    for (const name of foldersIn(streamPath, await entriesOf(streamPath), isProjectFolder, warnings)) {
      projectFolders += 1;
      const projectSegment = projectSegmentOf(name) ?? '';
      files.push(...(await filesIn({ stream, projectSegment, folder: join(streamPath, name) }, warnings)));
    }
  }
  if (projectFolders === 0) throw noArchive(root, 'it holds no <stream>/project_id=<id> folder');
  return { files, warnings };
}

function isNotHidden(name: string): boolean {
  return !name.startsWith('.');
}

function isProjectFolder(name: string): boolean {
  return projectSegmentOf(name) !== undefined;
}

/** Names of those folders of an archive that are its own, in order. */
function foldersIn(
  path: string,
  entries: readonly Dirent[],
  isOwn: (name: string) => boolean,
  warnings: string[],
): readonly string[] {
  const named = entries.filter(({ name }) => isOwn(name));
  return withoutLinks(path, named, warnings)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

type ProjectFolder = Pick<ArchiveFile, 'stream' | 'projectSegment' | 'folder'>;

/** One file a partition, in the order of days. */
async function filesIn(project: ProjectFolder, warnings: string[]): Promise<readonly ArchiveFile[]> {
  const entries = await entriesOf(project.folder);
  const isFile = ({ name }: Dirent) => projectFileNamed(name) !== undefined;
  const files: ArchiveFile[] = [];
  for (const entry of withoutLinks(project.folder, entries.filter(isFile), warnings)) {
    const { day = null, gzip = false } = projectFileNamed(entry.name) ?? {};
    const path = join(project.folder, entry.name);
    if (entry.isFile() && (day === null || isDay(day))) files.push(await fileAt(project, path, day, gzip));
    else
      warnings.push(`${path} was left out: ${entry.isFile() ? 'its name holds no day' : 'it is no file'}.`);
  }
  const others = entries.filter((entry) => !isFile(entry));
  for (const name of foldersIn(project.folder, others, isDayFolder, warnings))
    files.push(...(await filesOfDay(project, name, warnings)));
  const byDay = [...groupFiles(files, ({ day }) => day ?? '')].sort(([a], [b]) => (a < b ? -1 : 1));
  return byDay.map(([, ofDay]) => theOneOf(ofDay, warnings));
}

function isDayFolder(name: string): boolean {
  return dayOfFolder(name) !== undefined;
}

async function filesOfDay(
  project: ProjectFolder,
  name: string,
  warnings: string[],
): Promise<readonly ArchiveFile[]> {
  const folder = join(project.folder, name);
  const day = dayOfFolder(name) ?? '';
  if (!isDay(day)) {
    warnings.push(`${folder} was left out: its name holds no day.`);
    return [];
  }
  const named = (await entriesOf(folder)).filter((entry) => dayFileNamed(entry.name) !== undefined);
  const files: ArchiveFile[] = [];
  for (const entry of withoutLinks(folder, named, warnings)) {
    const path = join(folder, entry.name);
    const gzip = dayFileNamed(entry.name)?.gzip ?? false;
    if (entry.isFile()) files.push(await fileAt(project, path, day, gzip));
    else warnings.push(`${path} was left out: it is no file.`);
  }
  return files;
}

async function fileAt(
  project: ProjectFolder,
  path: string,
  day: Day | null,
  gzip: boolean,
): Promise<ArchiveFile> {
  return { ...project, path, day, gzip, writtenAt: await changedAt(path) };
}

/**
 * Of the files of a partition: several are there when a run was killed between two steps. One in today's layout comes
 * before one in the layout before, then the newest.
 */
function theOneOf(files: readonly ArchiveFile[], warnings: string[]): ArchiveFile {
  const isOlder = ({ day, folder, path }: ArchiveFile) => Number(day !== null && dirname(path) === folder);
  const [first, ...others] = files.toSorted((a, b) => isOlder(a) - isOlder(b) || b.writtenAt - a.writtenAt);
  if (!first) throw new Error('a partition of an archive without a file');
  for (const { path } of others)
    warnings.push(`${first.path} was taken; ${path} of the same day is older, and left out.`);
  return first;
}

async function changedAt(path: string): Promise<number> {
  const { mtimeMs } = await lstat(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  return mtimeMs;
}

function withoutLinks(path: string, entries: readonly Dirent[], warnings: string[]): readonly Dirent[] {
  const links = entries.filter((entry) => entry.isSymbolicLink());
  for (const { name } of links)
    warnings.push(`${join(path, name)} was left out: links inside an archive are not followed.`);
  return entries.filter((entry) => !links.includes(entry));
}

async function entriesOf(path: string): Promise<readonly Dirent[]> {
  return readdir(path, { withFileTypes: true }).catch((cause) => {
    throw unreadable(path, cause);
  });
}

function unreadable(path: string, cause: unknown): ExportError {
  return new ExportError('SOURCE_ANSWER', `${path} cannot be read: ${reasonOf(cause)}.`, {
    kind: 'permanent',
    hint: 'Give this user the right to read the whole archive, then replay again.',
    cause,
  });
}

function noArchive(root: string, why: string, cause?: unknown): ExportError {
  return new ExportError('USAGE', `${root} is no NDJSON archive: ${why}.`, {
    kind: 'config',
    hint: 'Name the folder that an ndjson sink has as its `path`: deepgram-export replay --from FOLDER.',
    cause,
  });
}

function reasonOf(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOTDIR') return 'it is a file, not a folder';
  if (code === 'EACCES' || code === 'EPERM') return 'this user has no right to read it';
  return `the file system answered ${code}`;
}
