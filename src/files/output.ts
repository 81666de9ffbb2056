import type { AtomicFile, AtomicFileOptions } from './atomic-file.js';

/** The way to a file or folder below another one, name by name. */
export type Segments = readonly string[];

/** What is in a folder. */
export interface OutputEntry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
}

/**
 * What a sink of files needs of the place that it owns: a folder of this machine, or the objects below a prefix. Segments
 * from outside must have gone through `pathSegment`.
 */
export interface Output {
  /** True where to look into a file costs next to nothing; else it is a call. */
  readonly isLocal: boolean;
  /** As users know it, without what a path of theirs was relative to. */
  readonly root: string;
  /** A file or folder of it, likewise. */
  path(segments: Segments): string;
  /** Starts a file that appears whole or not at all; what it goes into need not be there. */
  createFile(segments: Segments, options?: AtomicFileOptions): Promise<AtomicFile>;
  /** Replaces a file by what `write` gives it, whole or not at all. */
  replaceFile(
    segments: Segments,
    write: (file: AtomicFile) => Promise<void>,
    options?: AtomicFileOptions,
  ): Promise<void>;
  /** Removes files; harmless where they are not there. */
  removeFiles(files: readonly Segments[]): Promise<void>;
  /** What is in a folder, in any order; nothing where there is none. */
  entries(segments: Segments): Promise<readonly OutputEntry[]>;
  /**
   * Bytes of those of these files of a folder that are there, by {@link fileName}.
   *
   * @param files from that folder down, each in it or in a folder of it
   */
  sizesOf(folder: Segments, files: readonly Segments[]): Promise<ReadonlyMap<string, number>>;
  /** What is in a file; undefined where there is none. */
  readText(segments: Segments): Promise<string | undefined>;
  /**
   * The text of a file that nobody needs: undefined also where it is longer.
   *
   * @param atMost bytes
   */
  readShort(segments: Segments, atMost: number): Promise<string | undefined>;
  /** The path of a file on this machine, or of a copy of it, for as long as `use` takes. */
  withFile<Result>(segments: Segments, use: (path: string) => Promise<Result>): Promise<Result>;
  /** Writes and removes a small file, as a run would: proves rights and space. */
  tryOut(): Promise<void>;
  /** Removes what was left half written by runs that are gone, where that is not done on the way. Never fails. */
  tidyUp?(): Promise<void>;
  /** Frees what was opened. */
  dispose?(): Promise<void>;
}

/** Gives a file that was begun what `write` gives it, whole or not at all. */
export async function writeWhole(
  file: AtomicFile,
  write: (file: AtomicFile) => Promise<void>,
): Promise<void> {
  try {
    await write(file);
    await file.commit();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/** How {@link Output.sizesOf} calls a file. */
export function fileName(segments: Segments): string {
  return segments.join('/');
}

/**
 * True where there is a file with a name like the last of these patterns, in a folder like the one before, and so on
 * up to the root. Whatever else is there does not count.
 */
export async function holds(
  output: Pick<Output, 'entries'>,
  patterns: readonly RegExp[],
  below: Segments = [],
): Promise<boolean> {
  const [pattern, ...others] = patterns;
  for (const entry of await output.entries(below)) {
    if (!pattern?.test(entry.name)) continue;
    if (others.length === 0 ? entry.isFile() : entry.isDirectory()) {
      if (others.length === 0 || (await holds(output, others, [...below, entry.name]))) return true;
    }
  }
  return false;
}
