import type { Dirent, Stats } from 'node:fs';
import { lstat, mkdir, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ExportError } from '../errors/export-error.js';
import { type Clock, systemClock } from '../time/clock.js';
import { type AtomicFile, type AtomicFileOptions, createAtomicFile } from './atomic-file.js';
import { fileError, readError, withFileError } from './file-error.js';
import { whenLetGo } from './held-open.js';
import { makeFolders } from './make-folders.js';
import { fileName, type Output, type Segments, writeWhole } from './output.js';
import { readIfShort, readRegularFile } from './regular-file.js';
import { syncFolder } from './sync-folder.js';
import { removeLeftovers } from './temporary-name.js';

export interface FolderOptions {
  /** True where nobody but the owner may read what is made in it. Default false. */
  readonly ownerOnly?: boolean;
  /** True where the folder itself is made by us as well, so that it is no link either. Default false. */
  readonly isOwn?: boolean;
  /** Passes the time while another program holds a file. Default: that of the system. */
  readonly clock?: Pick<Clock, 'sleep'>;
}

/**
 * A folder that a sink owns. Files are addressed by segments below it, and no symbolic link below it is
 * followed: whoever can write there could otherwise send our output elsewhere. What a killed process left half
 * written is removed from each folder in which a file is made.
 */
export class OutputFolder implements Output {
  readonly isLocal = true;
  readonly root: string;
  readonly #options: Required<FolderOptions>;
  /** Folders that are there, and are no links; or are being made. */
  readonly #made = new Map<string, Promise<void>>();
  /** Folders that were there, and no links, when they were made or looked at: once is enough. */
  readonly #there = new Set<string>();
  /** Those of them without leftovers. */
  readonly #checked = new Set<string>();

  /** @param root absolute path; made when the first file is. */
  constructor(root: string, { ownerOnly = false, isOwn = false, clock = systemClock }: FolderOptions = {}) {
    this.root = root;
    this.#options = { ownerOnly, isOwn, clock };
  }

  path(segments: readonly string[]): string {
    return join(this.root, ...segments);
  }

  /** Makes a folder and those above it, as {@link createFile} does. */
  async makeFolder(segments: readonly string[]): Promise<void> {
    await this.#ensureFolder(segments);
  }

  /** Starts a file, making the folders above it. Segments from outside must have gone through `pathSegment`. */
  async createFile(segments: readonly string[], options: AtomicFileOptions = {}): Promise<AtomicFile> {
    await this.#ensureFolder(segments.slice(0, -1));
    return createAtomicFile(this.path(segments), { ...this.#options, ...options });
  }

  /** Replaces a file by what `write` gives it, whole or not at all. */
  async replaceFile(
    segments: readonly string[],
    write: (file: AtomicFile) => Promise<void>,
    options: AtomicFileOptions = {},
  ): Promise<void> {
    await writeWhole(await this.createFile(segments, options), write);
  }

  /** Removes one file; harmless where it is not there. */
  async removeFile(segments: readonly string[]): Promise<void> {
    const path = this.path(segments);
    // Not `rm`, which looks first, and blocks while it does: a run may remove a file for each that it writes.
    await whenLetGo(path, this.#options.clock, () => unlink(path)).catch((error) => {
      if (error.code !== 'ENOENT') throw fileError(path, error);
    });
  }

  async removeFiles(files: readonly Segments[]): Promise<void> {
    await Promise.all(files.map((segments) => this.removeFile(segments)));
  }

  /** Only regular files, and no link is followed. */
  async sizesOf(folder: Segments, files: readonly Segments[]): Promise<ReadonlyMap<string, number>> {
    const sizes = new Map<string, number>();
    if (!(await this.#isReachable(folder))) return sizes;
    const isBelow = files.some(({ length }) => length > 1);
    const entries = isBelow ? await this.#entries(folder) : [];
    const kinds = new Map(entries.map((entry) => [entry.name, entry]));
    await Promise.all(
      files.map(async (segments) => {
        const [name = '', ...below] = segments;
        // A look at what is not there costs as much as one at what is.
        const isThere = below.length > 0 ? kinds.get(name)?.isDirectory() : !isBelow || kinds.has(name);
        const size = isThere ? await this.sizeOf([...folder, ...segments]) : undefined;
        if (size !== undefined) sizes.set(fileName(segments), size);
      }),
    );
    return sizes;
  }

  async readText(segments: Segments): Promise<string | undefined> {
    const path = this.path(segments);
    const bytes = await readRegularFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw readError(path, error);
    });
    return bytes?.toString();
  }

  readShort(segments: Segments, atMost: number): Promise<string | undefined> {
    return readIfShort(this.path(segments), atMost);
  }

  withFile<Result>(segments: Segments, use: (path: string) => Promise<Result>): Promise<Result> {
    return use(this.path(segments));
  }

  /** Bytes of a regular file in a folder that was looked at; undefined where there is none. */
  async sizeOf(segments: readonly string[]): Promise<number | undefined> {
    const entry = await lstatOf(this.path(segments));
    return entry?.isFile() ? entry.size : undefined;
  }

  /** What is in a folder; nothing where there is none, and where a link would have to be followed. */
  async entries(segments: readonly string[]): Promise<readonly Dirent[]> {
    return (await this.#isReachable(segments)) ? this.#entries(segments) : [];
  }

  /** Writes and removes a small file, as a run would: proves rights and space without leaving a trace. */
  async tryOut(): Promise<void> {
    const file = await this.createFile(['check']);
    try {
      await file.write('deepgram-export\n');
      await file.finish();
    } finally {
      await file.abort();
    }
  }

  async #isReachable(segments: readonly string[]): Promise<boolean> {
    for (let depth = 1; depth <= segments.length; depth += 1) {
      const path = this.path(segments.slice(0, depth));
      if (this.#there.has(path)) continue;
      const folder = await lstatOf(path);
      if (!folder?.isDirectory()) return false;
      this.#there.add(path);
    }
    return true;
  }

  async #entries(segments: readonly string[]): Promise<readonly Dirent[]> {
    const path = this.path(segments);
    return readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw readError(path, error);
    });
  }

  async #ensureFolder(segments: readonly string[]): Promise<void> {
    const whole = this.path(segments);
    if (this.#checked.has(whole)) return;
    await this.#make(segments);
    await removeLeftovers(whole);
    this.#checked.add(whole);
  }

  /** Once for all that ask for it, so that nobody goes on in a folder whose name is not durable yet. */
  #make(segments: readonly string[]): Promise<void> {
    const path = this.path(segments);
    const made =
      this.#made.get(path) ??
      this.#makeAnew(segments).catch((error) => {
        this.#made.delete(path);
        throw error;
      });
    this.#made.set(path, made);
    return made;
  }

  async #makeAnew(segments: readonly string[]): Promise<void> {
    const { ownerOnly, isOwn } = this.#options;
    const mode = ownerOnly ? 0o700 : 0o777;
    const isRoot = segments.length === 0;
    if (isRoot && !isOwn) return makeRoot(this.root, mode);
    await (isRoot ? makeRoot(dirname(this.root), mode) : this.#make(segments.slice(0, -1)));
    await makeOwnFolder(this.path(segments), mode);
    this.#there.add(this.path(segments));
  }
}

async function lstatOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw readError(path, error);
  });
}

/** The way to the root is the user's own, links and all. */
async function makeRoot(path: string, mode: number): Promise<void> {
  await makeFolders(path, mode).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? notAFolder(path) : fileError(path, error);
  });
}

async function makeOwnFolder(path: string, mode: number): Promise<void> {
  const isNew = await mkdir(path, mode).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw fileError(path, error);
      return false;
    },
  );
  if (isNew) return withFileError(path, () => syncFolder(dirname(path)));
  const entry = await lstat(path);
  if (entry.isSymbolicLink()) {
    throw new ExportError('SINK_FILES', `Cannot write below ${path}: it is a symbolic link.`, {
      kind: 'permanent',
      hint: 'Links inside the output folder are not followed. Remove the link, or choose its target as the path.',
    });
  }
  if (!entry.isDirectory()) throw notAFolder(path);
}

function notAFolder(path: string): ExportError {
  return new ExportError('SINK_FILES', `Cannot write below ${path}: it is a file, not a folder.`, {
    kind: 'permanent',
    hint: 'Move that file away, or choose another path.',
  });
}
