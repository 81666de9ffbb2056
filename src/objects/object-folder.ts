import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failureOf } from '../errors/export-error.js';
import { readError, withFileError } from '../files/file-error.js';
import { objectPlaceOf } from '../files/location.js';
import { fileName, type Output, type OutputEntry, type Segments, writeWhole } from '../files/output.js';
import { type Bucket, openBucket } from './bucket.js';
import { removeLeftovers } from './leftovers.js';
import type { ObjectContext } from './object-context.js';
import { type HeldBytes, OBJECT_SIZES, type ObjectSizes, objectFile } from './object-file.js';

/**
 * What is below a prefix of an object store, as a sink of files has it: a file is an object, and a folder what keys have
 * before a slash. An object is there whole when it is written, and until then what was there before.
 *
 * @param url `s3://bucket/prefix`
 */
export function objectFolder(url: string, context: ObjectContext, sizes: ObjectSizes = OBJECT_SIZES): Output {
  const bucket = openBucket(url, context);
  const folder = new ObjectFolder(bucket, objectPlaceOf(url).prefix, context, sizes);
  return Object.assign(folder, { dispose: bucket.close });
}

/** The same in a bucket that somebody else has opened, and closes. */
export function folderIn(bucket: Bucket, prefix: string, context: ObjectContext): Output {
  return new ObjectFolder(bucket, prefix, context, OBJECT_SIZES);
}

class ObjectFolder implements Output {
  readonly isLocal = false;
  readonly root: string;
  readonly #prefix: string;
  readonly #bucket: Bucket;
  readonly #context: ObjectContext;
  readonly #sizes: ObjectSizes;
  readonly #held: HeldBytes = { bytes: 0 };
  constructor(bucket: Bucket, prefix: string, context: ObjectContext, sizes: ObjectSizes) {
    this.root = bucket.url(prefix);
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#bucket = bucket;
    this.#context = context;
    this.#sizes = sizes;
  }

  path(segments: Segments): string {
    return this.#bucket.url(this.#key(segments));
  }

  async createFile(segments: Segments, { gzip = false }: { readonly gzip?: boolean | undefined } = {}) {
    return objectFile(this.#bucket, this.#key(segments), this.#held, { sizes: this.#sizes, gzip });
  }

  async replaceFile(...[segments, write, options]: Parameters<Output['replaceFile']>): Promise<void> {
    await writeWhole(await this.createFile(segments, options), write);
  }

  /** Looks first: where versions are kept, removing what is not there would leave a note of it each time. */
  async removeFiles(files: readonly Segments[]): Promise<void> {
    const there = await this.sizesOf([], files);
    for (const segments of files)
      if (there.has(fileName(segments))) await this.#bucket.remove(this.#key(segments));
  }

  async entries(segments: Segments): Promise<readonly OutputEntry[]> {
    const prefix = segments.length === 0 ? this.#prefix : `${this.#key(segments)}/`;
    const entries: OutputEntry[] = [];
    for await (const { objects, folders } of this.#bucket.list(prefix, { isDeep: false })) {
      for (const folder of folders) entries.push(entry(folder.slice(prefix.length, -1), false));
      // Some programs make an object for a folder, without a name in it.
      for (const { key } of objects) if (key !== prefix) entries.push(entry(key.slice(prefix.length), true));
    }
    return entries;
  }

  /** By one list of what has the same beginning as all of them. */
  async sizesOf(folder: Segments, files: readonly Segments[]): Promise<ReadonlyMap<string, number>> {
    const names = new Map(files.map((segments) => [this.#key([...folder, ...segments]), fileName(segments)]));
    const sizes = new Map<string, number>();
    if (names.size === 0) return sizes;
    for await (const { objects } of this.#bucket.list(commonBeginning([...names.keys()]), { isDeep: true }))
      for (const { key, size } of objects) {
        const name = names.get(key);
        if (name !== undefined) sizes.set(name, size);
      }
    return sizes;
  }

  async readText(segments: Segments): Promise<string | undefined> {
    return this.readShort(segments, Number.POSITIVE_INFINITY);
  }

  async readShort(segments: Segments, atMost: number): Promise<string | undefined> {
    const pieces = await this.#bucket.read(this.#key(segments));
    if (pieces === undefined) return undefined;
    const read: Buffer[] = [];
    for await (const { bytes, size } of pieces) {
      if (size > atMost) return undefined;
      read.push(bytes);
    }
    return Buffer.concat(read).toString();
  }

  /** A copy that only its owner may read. */
  async withFile<Result>(segments: Segments, use: (path: string) => Promise<Result>): Promise<Result> {
    const pieces = await this.#bucket.read(this.#key(segments));
    if (pieces === undefined)
      throw readError(this.path(segments), Object.assign(new Error(), { code: 'ENOENT' }));
    const folder = await withFileError(tmpdir(), () => mkdtemp(join(tmpdir(), 'deepgram-export-')));
    try {
      // The name says the day, where there is one.
      const path = join(folder, segments.at(-1) ?? 'file');
      const bytes = Readable.from(bytesOf(pieces));
      await withFileError(path, () => pipeline(bytes, createWriteStream(path, { flags: 'wx', mode: 0o600 })));
      return await use(path);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async tryOut(): Promise<void> {
    const key = this.#key([TRIED + randomUUID()]);
    await this.#bucket.write(key, Buffer.from('deepgram-export\n'));
    await this.#bucket.remove(key);
  }

  async tidyUp(): Promise<void> {
    const { clock, log } = this.#context;
    const left = { prefix: this.#prefix, tried: this.#prefix + TRIED, nowMs: clock.now() };
    await removeLeftovers(this.#bucket, left).catch((error) =>
      log.debug(`What earlier runs left half written was not looked for: ${failureOf(error).message}`),
    );
  }

  #key(segments: Segments): string {
    return this.#prefix + segments.join('/');
  }
}

/** How an object is called that is only tried out. */
const TRIED = '.check-';

async function* bytesOf(pieces: AsyncIterable<{ readonly bytes: Buffer }>): AsyncGenerator<Buffer> {
  for await (const { bytes } of pieces) yield bytes;
}

function entry(name: string, isFile: boolean): OutputEntry {
  return { name, isFile: () => isFile, isDirectory: () => !isFile };
}

/** What all of these begin with. */
function commonBeginning(keys: readonly string[]): string {
  const [first = '', ...others] = keys;
  let length = first.length;
  for (const key of others) while (!key.startsWith(first.slice(0, length))) length -= 1;
  // A half of a pair of units is no text that could be sent.
  return first.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
