import { ExportError } from '../errors/export-error.js';
import { TOO_MANY_FILES, TOO_MANY_FILES_HINT } from '../errors/too-many-files.js';
import { NotAFileError } from './regular-file.js';

const SPACE_HINT = 'Free some space, or choose another path; what was there before is untouched.';
const NO_RIGHT = [
  'this user has no right to write there',
  'Change the rights of the folder, or choose another path.',
] as const;
const NO_RIGHT_TO_READ = [
  'this user has no right to read it',
  'Change its rights, or run it as the user who wrote it.',
] as const;
const NO_DESCRIPTOR = [TOO_MANY_FILES, TOO_MANY_FILES_HINT] as const;

const REASONS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: ['the disk is full', SPACE_HINT],
  EDQUOT: ['the disk quota is used up', SPACE_HINT],
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  EROFS: ['the file system is read-only', 'Choose another path.'],
  ENOENT: ['its folder is not there, or nothing can be made in it', 'Check the path, or choose another one.'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'Move that file away, or choose another path.'],
  EEXIST: ['something else has that name', 'Move it away, or choose another path.'],
  EISDIR: ['it is a folder, not a file', 'Move it away, or choose another path.'],
  ENOTEMPTY: ['it is a folder, not a file', 'Move it away, or choose another path.'],
  EFBIG: [
    'it would be larger than files may be here',
    'Raise the limit (ulimit -f), or choose another path.',
  ],
  EMFILE: NO_DESCRIPTOR,
  ENFILE: NO_DESCRIPTOR,
};

/** The error of a file operation in words, with its path. */
export function fileError(path: string, cause: unknown): ExportError {
  if (cause instanceof ExportError) return cause;
  const [what, hint] = whyNotWritten(cause);
  return new ExportError('SINK_FILES', `Cannot write ${path}: ${what}.`, { kind: 'permanent', hint, cause });
}

/** Why something cannot be written, and what to do. */
export function whyNotWritten(cause: unknown): readonly [what: string, hint: string] {
  if (cause instanceof NotAFileError) return [cause.message, 'Move it away, or choose another path.'];
  const code = codeOf(cause);
  return REASONS[code] ?? [`the file system answered ${code}`, 'Check the path, then run it again.'];
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error';
}

/** Does something with a file. What fails is a {@link fileError}. */
export async function withFileError<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw fileError(path, error);
  }
}

/** The error of reading back what an earlier run wrote. */
export function readError(path: string, cause: unknown): ExportError {
  const [what, hint] = whyNotRead(cause);
  return new ExportError('SINK_FILES', `Cannot read ${path}: ${what}.`, { kind: 'permanent', hint, cause });
}

/** Why something cannot be read, and what to do. */
export function whyNotRead(cause: unknown): readonly [what: string, hint: string] {
  if (cause instanceof NotAFileError) return [cause.message, 'Move it away, or choose another path.'];
  const code = codeOf(cause);
  const [what, hint] = code === 'EACCES' || code === 'EPERM' ? NO_RIGHT_TO_READ : (REASONS[code] ?? []);
  return [
    what ?? `the file system answered ${code}`,
    hint ?? 'Check the rights of the folder and the files in it, then run it again.',
  ];
}
