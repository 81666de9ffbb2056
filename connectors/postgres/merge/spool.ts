import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileError } from '../../../src/files/file-error.js';

/** Bytes that stay in memory: most partitions are smaller. */
const IN_MEMORY = 1_048_576;
const CHUNK = 262_144;

/**
 * What is to be copied, until the partition is whole: a transaction is then short, and can be done again where the
 * connection broke. What is larger than a megabyte goes to a file without a name, which a killed process leaves nothing of.
 */
export class Spool {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #file: FileHandle | undefined;

  /** Bytes that were written. */
  get length(): number {
    return this.#bytes;
  }

  /** True while it takes no file. */
  get isSmall(): boolean {
    return this.#file === undefined;
  }

  /** Resolves when the memory of the bytes may be written over. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length;
    if (this.#file === undefined && this.#bytes <= IN_MEMORY) {
      this.#chunks.push(Uint8Array.prototype.slice.call(bytes));
      return;
    }
    try {
      this.#file ??= await unnamedFile();
      for (const chunk of [...this.#chunks.splice(0), bytes]) await this.#file.appendFile(chunk);
    } catch (error) {
      throw fileError(tmpdir(), error);
    }
  }

  /** All that was written, from its beginning, each time. */
  async *read(): AsyncGenerator<Uint8Array> {
    yield* this.#chunks;
    if (this.#file === undefined) return;
    for (let at = 0; at < this.#bytes; ) {
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at);
      if (bytesRead === 0) throw fileError(tmpdir(), new Error('the file is shorter than what was written'));
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async close(): Promise<void> {
    this.#chunks = [];
    await this.#file?.close();
    this.#file = undefined;
  }
}

async function unnamedFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `deepgram-export-${randomUUID()}.tmp`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}
