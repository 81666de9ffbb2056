import { constants } from 'node:fs';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Clock, systemClock } from '../time/clock.js';
import { fileBody } from './file-body.js';
import { withFileError } from './file-error.js';
import { whenLetGo } from './held-open.js';
import { refuseOtherThanFile } from './regular-file.js';
import { syncFolder } from './sync-folder.js';
import { temporaryPath } from './temporary-name.js';

/** A file that appears under its name whole or not at all. */
export interface AtomicFile {
  /** Bytes on the disk; final when it is finished. */
  readonly bytes: number;
  /** Resolves when it can take more; the chunk may be changed then. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** Makes everything written durable under the temporary name; `publish` then cannot fail for lack of space. */
  finish(): Promise<void>;
  /** Gives the finished file its name, in place of what had it if it replaces. */
  publish(): Promise<void>;
  /** Both. */
  commit(): Promise<void>;
  /** Leaves nothing behind; harmless after a failed or finished write. */
  abort(): Promise<void>;
}

export interface AtomicFileOptions {
  /** Default false. */
  readonly gzip?: boolean | undefined;
  /** False where a power cut may take the file away or damage it, and nobody waits for the disk. Default true. */
  readonly durable?: boolean | undefined;
  /** False where a file that has the name by then stays, and publishing fails. Default true. */
  readonly replaces?: boolean | undefined;
  /** When it is to look last changed, in milliseconds since the epoch. Default: when it is. */
  readonly changedAt?: number | undefined;
  /** True where nobody but its owner may read it. Default false. */
  readonly ownerOnly?: boolean | undefined;
  /** Passes the time while another program holds the file that is replaced. Default: that of the system. */
  readonly clock?: Pick<Clock, 'sleep'> | undefined;
}

/**
 * Begins a file that appears under its name whole or not at all: it is written beside it under a temporary name, then
 * synced and renamed. Its folder must be there. Every failure is an `ExportError` with the path and the reason.
 */
export async function createAtomicFile(
  path: string,
  {
    gzip = false,
    durable = true,
    replaces = true,
    changedAt,
    ownerOnly = false,
    clock = systemClock,
  }: AtomicFileOptions = {},
): Promise<AtomicFile> {
  const temporary = temporaryPath(path);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await withFileError(path, async () => {
    await refuseOtherThanFile(path);
    return open(temporary, flags, ownerOnly ? 0o600 : 0o666);
  });
  const body = fileBody((bytes) => handle.appendFile(bytes), gzip);

  const file = {
    get bytes() {
      return body.bytes;
    },
    write: async (chunk: string | Uint8Array): Promise<void> => {
      if (chunk.length > 0) await withFileError(path, () => body.write(chunk));
    },
    finish: () =>
      withFileError(path, async () => {
        await body.end();
        if (changedAt !== undefined) await handle.utimes(changedAt / 1_000, changedAt / 1_000);
        if (durable) await handle.sync();
        await handle.close();
      }),
    publish: () =>
      withFileError(path, async () => {
        await whenLetGo(path, clock, () => (replaces ? rename(temporary, path) : nameAnew(temporary, path)));
        if (durable) await syncFolder(dirname(path));
      }),
    commit: async (): Promise<void> => {
      await file.finish();
      await file.publish();
    },
    abort: async (): Promise<void> => {
      body.destroy();
      await handle.close().catch(() => {}); // closed already, or beyond help: the removal is what counts
      await rm(temporary, { force: true });
    },
  };
  return file;
}

/** What file systems without hard links answer. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/** Renaming takes the name from whatever has it; a link does not. Where there are none, who has it by now is looked at. */
async function nameAnew(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isTaken = async () => (await lstat(path).catch(() => undefined)) !== undefined;
    if (!NO_LINKS.has(code) || (await isTaken())) throw error;
    return rename(temporary, path);
  }
  await rm(temporary);
}
