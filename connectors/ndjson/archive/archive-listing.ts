import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ExportError } from '../../../src/errors/export-error.js';
import { isDay } from '../../../src/time/day.js';
import { type ArchiveFile, groupFiles, partitionFileName } from './archive-file.js';

export interface ArchiveListing {
  /** In the order of streams, projects and days; one a partition. */
  readonly files: readonly ArchiveFile[];
  /** What was left out or doubtful, in sentences. */
  readonly warnings: readonly string[];
}

const PROJECT = 'project_id=';

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
  for (const stream of foldersIn(root, streams, '', warnings)) {
    const streamPath = join(root, stream);
    for (const folder of foldersIn(streamPath, await entriesOf(streamPath), PROJECT, warnings)) {
      projectFolders += 1;
      const projectSegment = folder.slice(PROJECT.length);
      files.push(...(await filesIn({ stream, projectSegment, path: join(streamPath, folder) }, warnings)));
    }
  }
  if (projectFolders === 0) throw noArchive(root, `it holds no <stream>/${PROJECT}<id> folder`);
  return { files, warnings };
}

/** Names of the folders of an archive that begin like this, in order. */
function foldersIn(
  path: string,
  entries: readonly Dirent[],
  prefix: string,
  warnings: string[],
): readonly string[] {
  const named = entries.filter(({ name }) => name.startsWith(prefix) && !name.startsWith('.'));
  return withoutLinks(path, named, warnings)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

async function filesIn(
  folder: Pick<ArchiveFile, 'stream' | 'projectSegment' | 'path'>,
  warnings: string[],
): Promise<readonly ArchiveFile[]> {
  const entries = await entriesOf(folder.path);
  const named = entries.filter(({ name }) => partitionFileName(name));
  const files: ArchiveFile[] = [];
  for (const entry of withoutLinks(folder.path, named, warnings)) {
    const { day = null, gzip = false } = partitionFileName(entry.name) ?? {};
    const path = join(folder.path, entry.name);
    if (entry.isFile() && (day === null || isDay(day)))
      files.push({ ...folder, path, day, gzip, writtenAt: await changedAt(path) });
    else
      warnings.push(`${path} was left out: ${entry.isFile() ? 'its name holds no day' : 'it is no file'}.`);
  }
  const byDay = [...groupFiles(files, ({ day }) => day ?? '')].sort(([a], [b]) => (a < b ? -1 : 1));
  return byDay.map(([, ofDay]) => newestOf(ofDay, warnings));
}

/** Of the plain and the compressed file of a day; both are there when a run was killed between two steps. */
function newestOf(files: readonly ArchiveFile[], warnings: string[]): ArchiveFile {
  const [newest, other] = files.toSorted((a, b) => b.writtenAt - a.writtenAt);
  if (!newest) throw new Error('a day of an archive without a file');
  if (other) warnings.push(`${newest.path} was taken; ${other.path} of the same day is older, and left out.`);
  return newest;
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
