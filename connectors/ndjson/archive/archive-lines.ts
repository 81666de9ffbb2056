import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { abortError, ExportError } from '../../../src/errors/export-error.js';
import { type ArchiveFile, damaged } from './archive-file.js';

type PackedFile = Pick<ArchiveFile, 'path' | 'gzip'>;

/** Far beyond any record; a longer line is no line of ours and would fill the memory. In bytes. */
const LONGEST_LINE = 64 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 10;

/**
 * The lines of a file without their ends, as many at once as came together. Every line of a whole file ends with
 * a line feed: one without it, text that is not UTF-8 and broken compression are an {@link ExportError}.
 */
export async function* linesOf(file: PackedFile, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  const cutter = new LineCutter(file);
  for await (const chunk of chunksOf(file)) {
    if (signal.aborted) throw abortError(signal);
    yield cutter.cut(chunk);
  }
  cutter.end();
}

async function* chunksOf(file: PackedFile): AsyncGenerator<Buffer> {
  try {
    const handle = await open(file.path, constants.O_RDONLY | constants.O_NOFOLLOW);
    const bytes = handle.createReadStream({ highWaterMark: CHUNK_BYTES });
    // Safe: a byte stream without an encoding gives buffers.
    yield* (file.gzip ? unpacked(bytes) : bytes) as AsyncIterable<Buffer>;
  } catch (error) {
    throw error instanceof ExportError ? error : damaged(file, troubleOf(error), error);
  }
}

/** Whichever of the two ends early ends the other; the reader of the result sees the error. */
function unpacked(bytes: Readable): Readable {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  pipeline(bytes, gunzip, () => {});
  return gunzip;
}

function troubleOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith('Z_')) return `is no whole gzip file (${message})`;
  return code === 'ELOOP' ? 'is a symbolic link' : `cannot be read: the file system answered ${code}`;
}

/** Cuts bytes into lines, holding no more than one that is not at its end. */
class LineCutter {
  readonly #file: PackedFile;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #begun: Buffer[] = [];
  #begunBytes = 0;
  #lines = 0;

  constructor(file: PackedFile) {
    this.#file = file;
  }

  cut(chunk: Buffer): readonly string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      this.#keep(chunk.subarray(from, at));
      lines.push(this.#line());
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  end(): void {
    if (this.#begunBytes > 0) throw this.#damaged('is cut: its last line has no end');
  }

  #keep(part: Buffer): void {
    this.#begunBytes += part.length;
    if (this.#begunBytes > LONGEST_LINE) throw this.#damaged('is longer than 64 MiB');
    if (part.length > 0) this.#begun.push(part);
  }

  #line(): string {
    const [only = Buffer.alloc(0), ...more] = this.#begun;
    const bytes = more.length === 0 ? only : Buffer.concat(this.#begun);
    let text: string;
    try {
      text = this.#decoder.decode(bytes);
    } catch (cause) {
      throw this.#damaged('is not UTF-8', cause);
    }
    this.#lines += 1;
    this.#begun = [];
    this.#begunBytes = 0;
    return text;
  }

  #damaged(what: string, cause?: unknown): ExportError {
    return damaged(this.#file, `is damaged: line ${this.#lines + 1} ${what}`, cause);
  }
}
