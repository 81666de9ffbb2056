import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import type { OutputFolder } from '../../../src/files/output-folder.js';
import { openRegularFile, readIfShort } from '../../../src/files/regular-file.js';
import { isJsonObject, type JsonObject } from '../../../src/text/json-object.js';
import { ENTRY_VERSION } from './entry.js';
import type { ProjectLock } from './project-lock.js';

/** Far beyond what a month of a project takes. */
export const MOST_BYTES = 256 * 1024 * 1024;

/** Changes lines by their keys; false where it has changed none. */
export type Edit<Line extends object> = (lines: Map<string, Line>) => boolean;

/**
 * A file of one JSON object a line, replaced as a whole. Edits that come while it is being written share the next
 * writing, so that many partitions that are committed at once wait for the disk together.
 */
export class LinesFile<Line extends object> {
  readonly #folder: OutputFolder;
  readonly #segments: readonly string[];
  readonly #keyOf: (line: Line) => string;
  readonly #alone: ProjectLock['alone'];
  /** Of lines that have been written: a partition that is committed changes one of a month's many. */
  readonly #texts = new WeakMap<Line, string>();
  #known: Promise<ReadonlyMap<string, Line>> | undefined;
  /** Of what is known. */
  #identity: string | undefined;
  #edits: Edit<Line>[] = [];
  #waiting = 0;
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  /** @param lock of all files of this folder */
  constructor(
    folder: OutputFolder,
    segments: readonly string[],
    { keyOf, lock }: { readonly keyOf: (line: Line) => string; readonly lock: ProjectLock },
  ) {
    this.#folder = folder;
    this.#segments = segments;
    this.#keyOf = keyOf;
    this.#alone = (work) => lock.alone(work);
  }

  /** True while somebody waits for the disk. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** Tells what is in it from all that was there before; undefined where it is not there, or cannot be told. */
  async identity(): Promise<string | undefined> {
    const handle = await openRegularFile(this.#folder.path(this.#segments), READ).catch(() => undefined);
    if (handle === undefined) return undefined;
    try {
      const { buffer } = await handle.read(Buffer.alloc(HEAD.length), 0, HEAD.length, 0);
      return IDENTITY.exec(buffer.toString())?.[1];
    } finally {
      await handle.close();
    }
  }

  /**
   * What is on the disk, or was when it was last looked at. What is missing or damaged is not there: its partitions are
   * delivered again.
   */
  lines(): Promise<ReadonlyMap<string, Line>> {
    this.#known ??= this.#read();
    return this.#known;
  }

  /** What is on the disk now, also where another process has written it. */
  async current(): Promise<ReadonlyMap<string, Line>> {
    await this.#forgetReplaced();
    return this.lines();
  }

  /** The same from the last line on: those that nobody asks for are not taken apart. */
  async backwards(): Promise<Iterable<Line>> {
    await this.#forgetReplaced();
    if (this.#known) return [...(await this.#known).values()].reverse();
    return this.#linesIn((await this.#text()).toReversed());
  }

  /** Resolves when it is on the disk. */
  async edit(edit: Edit<Line>): Promise<void> {
    this.#edits.push(edit);
    this.#waiting += 1;
    this.#next ??= this.#writeNext();
    try {
      await this.#next;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #writeNext(): Promise<void> {
    await this.#last.catch(() => {}); // told to those who waited for it
    this.#next = undefined;
    this.#last = this.#write();
    return this.#last;
  }

  async #forgetReplaced(): Promise<void> {
    if (this.#known && (await this.identity()) !== this.#identity) this.#known = undefined;
  }

  async #write(): Promise<void> {
    await this.#folder.makeFolder(this.#segments.slice(0, -1));
    await this.#alone(async () => {
      const edits = this.#edits;
      this.#edits = [];
      const lines = new Map(await this.current());
      if (edits.filter((edit) => edit(lines)).length === 0) return;
      // In order, so that the same partitions leave the same file, whichever was delivered last.
      const ordered = [...lines].sort(([one], [other]) => (one < other ? -1 : 1));
      const text = ordered.map(([, line]) => this.#textOf(line)).join('');
      const identity = createHash('sha256').update(text).digest('hex');
      await this.#folder.replaceFile(this.#segments, (file) => file.write(headOf(identity) + text));
      this.#known = Promise.resolve(lines);
      this.#identity = identity;
    });
  }

  #textOf(line: Line): string {
    const text = this.#texts.get(line) ?? `${JSON.stringify({ version: ENTRY_VERSION, ...line })}\n`;
    this.#texts.set(line, text);
    return text;
  }

  async #read(): Promise<ReadonlyMap<string, Line>> {
    const lines = new Map<string, Line>();
    const texts = await this.#text();
    this.#identity = IDENTITY.exec(`${texts[0]}\n`)?.[1];
    for (const line of this.#linesIn(texts)) lines.set(this.#keyOf(line), line);
    return lines;
  }

  async #text(): Promise<readonly string[]> {
    const text = await readIfShort(this.#folder.path(this.#segments), MOST_BYTES);
    return text?.split('\n') ?? [];
  }

  *#linesIn(texts: readonly string[]): Generator<Line> {
    for (const text of texts) {
      const found = lineIn(text);
      // Safe: only this program writes these files, each line whole and with its version.
      if (found) yield found as unknown as Line;
    }
  }
}

/** The first line. */
function headOf(identity: string): string {
  return `{"identity":"${identity}"}\n`;
}

const HEAD = headOf('0'.repeat(64));
const IDENTITY = /^\{"identity":"([0-9a-f]{64})"\}\n$/;
const READ = constants.O_RDONLY | constants.O_NOFOLLOW;

function lineIn(text: string): JsonObject | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return isJsonObject(line) && line.version === ENTRY_VERSION ? line : undefined;
  } catch {
    return undefined;
  }
}
