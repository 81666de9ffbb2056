import { ExportError } from '../../../src/errors/export-error.js';
import type { Day } from '../../../src/time/day.js';

/** One partition of an archive as a file. */
export interface ArchiveFile {
  /** Name of the stream, as its folder has it. */
  readonly stream: string;
  /** What `pathSegment` made of the project's id. */
  readonly projectSegment: string;
  /** The day, or null for a snapshot. */
  readonly day: Day | null;
  /** Path of the folder of its project. */
  readonly folder: string;
  readonly path: string;
  readonly gzip: boolean;
  /** When it was written, in milliseconds since the epoch. */
  readonly writtenAt: number;
}

/** The error for a file that cannot be trusted; `what` follows its path, such as `is cut`. */
export function damaged({ path }: Pick<ArchiveFile, 'path'>, what: string, cause?: unknown): ExportError {
  return new ExportError('SOURCE_ANSWER', `${path} ${what}.`, {
    kind: 'permanent',
    hint:
      'The sinks keep what they have of it. Restore the file from a backup, or, while Deepgram still has the day, ' +
      'write it anew with sync; then replay again.',
    cause,
  });
}

/** Files by what a name is made of, in their order. */
export function groupFiles(
  files: readonly ArchiveFile[],
  nameOf: (file: ArchiveFile) => string,
): ReadonlyMap<string, readonly ArchiveFile[]> {
  const groups = new Map<string, ArchiveFile[]>();
  for (const file of files) {
    const group = groups.get(nameOf(file)) ?? [];
    groups.set(nameOf(file), group);
    group.push(file);
  }
  return groups;
}
