import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';

/** Something else has the name of a file. Nobody has waited for it, written to it or read from it. */
export class NotAFileError extends Error {
  /** `a named pipe`, `a folder`, … */
  readonly what: string;

  constructor(what: string) {
    super(`it is ${what}, not a file`);
    this.what = what;
  }
}

/**
 * Opens a regular file. What else there may be is refused at once: to open a named pipe takes until somebody opens its
 * other end, and no signal ends that.
 *
 * @param flags of `node:fs`; with `O_NOFOLLOW` a link is refused as well
 * @throws NotAFileError, or what `node:fs` throws
 */
export async function openRegularFile(path: string, flags: number, mode?: number): Promise<FileHandle> {
  const handle = await open(path, flags | constants.O_NONBLOCK, mode).catch(async (error) => {
    const look = (flags & constants.O_NOFOLLOW) === 0 ? stat : lstat;
    refuseOther(await look(path).catch(() => undefined));
    throw error;
  });
  try {
    refuseOther(await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The bytes of a regular file, as {@link openRegularFile} opens it. */
export async function readRegularFile(path: string, flags: number = constants.O_RDONLY): Promise<Buffer> {
  const handle = await openRegularFile(path, flags);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/**
 * The text of a regular file that nobody needs: undefined where there is none, where it is longer, and where something
 * else has its name, such as a link.
 *
 * @param atMost bytes
 */
export async function readIfShort(path: string, atMost: number): Promise<string | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  const handle = await openRegularFile(path, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    return (await handle.stat()).size <= atMost ? await handle.readFile('utf8') : undefined;
  } finally {
    await handle.close();
  }
}

/**
 * Refuses to put a file where something else is. A link may be there: it is replaced, not followed.
 *
 * @throws NotAFileError
 */
export async function refuseOtherThanFile(path: string): Promise<void> {
  const entry = await lstat(path).catch(() => undefined);
  if (entry?.isSymbolicLink() === false) refuseOther(entry);
}

function refuseOther(entry: Stats | undefined): void {
  if (entry !== undefined && !entry.isFile()) throw new NotAFileError(kindOf(entry));
}

function kindOf(entry: Stats): string {
  if (entry.isDirectory()) return 'a folder';
  if (entry.isFIFO()) return 'a named pipe';
  if (entry.isSymbolicLink()) return 'a symbolic link';
  return entry.isSocket() ? 'a socket' : 'a device';
}
