import { constants } from 'node:fs';
import { link, mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { ExportError } from '../../errors/export-error.js';
import { fileError } from '../../files/file-error.js';
import { temporaryPath } from '../../files/temporary-name.js';
import { type LockHolder, lockHolder } from './lock-holder.js';

/** What a lock file holds. */
export type LockContent = LockHolder | 'gone' | 'unreadable';

/** A link is no lock of ours; and one to nothing would be there for whoever makes a lock, and gone for whoever reads it. */
const AS_IT_IS = { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW } as const;

export async function readLock(file: string): Promise<LockContent> {
  try {
    const result = lockHolder.safeParse(JSON.parse(await readFile(file, AS_IT_IS)));
    return result.success ? result.data : 'unreadable';
  } catch (error) {
    if (error instanceof SyntaxError) return 'unreadable';
    const { code } = error as NodeJS.ErrnoException; // what `node:fs` throws
    if (code === 'ENOENT') return 'gone';
    const why = code === 'ELOOP' ? 'it is a symbolic link' : `the file system answered ${code}`;
    throw new ExportError('STATE_REFUSED', `The lock ${file} cannot be read: ${why}.`, {
      kind: 'config',
      hint: 'Check its rights; if it is no file, move it away.',
      cause: error,
    });
  }
}

/** True where there was none and it is now ours: a link never replaces, and shows the file only whole. */
export async function createLock(file: string, own: LockHolder): Promise<boolean> {
  try {
    await withDraft(file, own, (draft) => link(draft, file));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw lockError(file, error);
  }
}

/** Shows that its run is alive; whole, and never over the lock of somebody else. False where it is not ours any more. */
export async function renewLock(file: string, own: LockHolder): Promise<boolean> {
  if (!isSame(await readLock(file), own)) return false;
  await withDraft(file, own, (draft) => rename(draft, file));
  return true;
}

/** Writes a lock beside its file, for `publish` to give it the name at once. */
async function withDraft(
  file: string,
  own: LockHolder,
  publish: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = temporaryPath(file);
  try {
    await writeFile(draft, JSON.stringify(own));
    await publish(draft);
  } finally {
    await rm(draft, { force: true });
  }
}

/** True for a lock of this run, whenever it was renewed. */
export function isSame(found: LockContent, own: LockHolder): boolean {
  return typeof found === 'object' && found.id === own.id;
}

/**
 * Removes a lock that is as it was when its run was taken for dead: whoever looks at it and removes it must be alone
 * in doing so, or it would remove the lock of the one that was faster.
 *
 * @returns undefined when that is done; otherwise which guard stands in the way, of another one that is about to do it
 */
export async function removeDeadLock(
  file: string,
  dead: LockHolder | 'unreadable',
): Promise<string | undefined> {
  const guard = guardOf(file);
  const another = await enter(guard);
  if (another !== undefined) return another;
  try {
    if (isUnchanged(await readLock(file), dead)) await rm(file, { force: true });
    return undefined;
  } finally {
    await removeGuard(file);
  }
}

/** Harmless where it is gone, as that of a process that stood still is, which others took for dead. */
export async function removeGuard(file: string): Promise<void> {
  const guard = guardOf(file);
  await rmdir(guard).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw lockError(guard, error);
  });
}

function guardOf(file: string): string {
  return `${file}.takeover`;
}

/** True where its run has not shown itself in between. */
export function isUnchanged(found: LockContent, before: LockHolder | 'unreadable'): boolean {
  if (before === 'unreadable' || typeof found === 'string') return found === before;
  return isSame(found, before) && found.beat_at === before.beat_at;
}

/** A folder comes into being once. Where it is there, it is told from one that comes and goes after it. */
async function enter(guard: string): Promise<string | undefined> {
  try {
    await mkdir(guard);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw lockError(guard, error);
    const made = await stat(guard, { bigint: true }).catch(() => undefined);
    return made === undefined ? 'gone' : `${made.ino} of ${made.mtimeNs}`;
  }
}

/** Without its lock a state cannot be used: nothing has been read or delivered yet. */
export function lockError(file: string, cause: unknown): ExportError {
  const { message, hint } = fileError(file, cause);
  return new ExportError('STATE_REFUSED', message, {
    kind: 'config',
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}
