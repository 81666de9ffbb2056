import { closeSync, existsSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { bufferPool } from '../../../src/encode/buffer-pool.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { readError } from '../../../src/files/file-error.js';
import {
  BYTE_ORDER_MARK,
  CRLF,
  type CsvFormat,
  csvHeader,
  separatorOf,
  TABLEAU_FORMAT,
} from '../csv/csv-format.js';
import { lineRewriter } from '../csv/csv-lines.js';
import { dayOfFile } from '../table-files.js';
import type { Column } from '../tables/table.js';
import { withParentCells } from './parent-cells.js';

/** What is wanted of a file's rows. */
export interface Wanted {
  readonly columns: readonly Column[];
  readonly format: CsvFormat;
  /** The form that the file is known to have. Default: any. */
  readonly written?: CsvFormat;
  /** For a child table: the file that the same partition has of its parent, and what leads to its rows. */
  readonly parent?: { readonly path: string; readonly key: readonly Column[] } | undefined;
  /** Told, maybe more than once, of a column with cells that nothing which is there can tell. Default: not wanted. */
  readonly unknown?: ((column: string) => void) | undefined;
}

/** A file of ours that was opened: either its rows are read to their end, or it is closed. */
export interface OpenPart {
  /** Its first line, as it is. */
  readonly head: string;
  readonly names: readonly string[];
  /** What is yielded is written over by the next piece. */
  rows(wanted: Wanted): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

/**
 * Opens a file of ours. One that an earlier version or another configuration wrote may have other columns or another form:
 * its cells are matched by name. One that it lacks is made of what is there: the day of the partition, the cell that it
 * derives from, the parent's row. Where nothing tells it, it is empty. Those that are no longer wanted are left out (the file
 * keeps them).
 */
export async function openPart(path: string): Promise<OpenPart> {
  const chunks = chunksOf(path);
  const { found, rest } = await readHeader(chunks, path);
  const header = found.startsWith(BYTE_ORDER_MARK) ? found.slice(BYTE_ORDER_MARK.length) : found;
  const names = header.split(separatorOf(header));
  const rows = (wanted: Wanted): AsyncGenerator<Buffer> => {
    const { columns, format, written } = wanted;
    return written === format && found === csvHeader(columns, format)
      ? bytesOf(rest, chunks, path)
      : rewrittenRows(path, header, linesOf(rest, chunks, path), wanted);
  };
  return {
    head: found,
    names,
    rows,
    close: async () => {
      await chunks.return(undefined);
    },
  };
}

/** The rows of a file of ours, without its header. */
export async function* readPart(path: string, wanted: Wanted): AsyncGenerator<Buffer> {
  const part = await openPart(path);
  try {
    yield* part.rows(wanted);
  } finally {
    await part.close();
  }
}

async function* rewrittenRows(
  path: string,
  header: string,
  lines: AsyncGenerator<Buffer>,
  { columns, format, parent, unknown }: Wanted,
): AsyncGenerator<Buffer> {
  const separator = separatorOf(header);
  const names = new Set(header.split(separator));
  const date = dayOfFile(path);
  const missing = columns.filter(
    ({ name, derive }) =>
      !names.has(name) && !(name === 'date' && date !== undefined) && !(derive && names.has(derive.of)),
  );
  const isWithParent = missing.length > 0 && parent !== undefined && existsSync(parent.path);
  const wanted = isWithParent ? missing : [];
  const sameForm = { ...TABLEAU_FORMAT, separator };
  const whole = isWithParent
    ? withParentCells(lines, header, parent.key, {
        rows: readPart(parent.path, { columns: [...parent.key, ...wanted], format: sameForm, unknown }),
        format: sameForm,
        wanted,
        unknown,
      })
    : lines;
  const all = [header, ...wanted.map(({ name }) => name)].join(separator);
  const rewrite = lineRewriter(all, columns, format, { date: date ?? '' });
  for await (const some of whole) {
    if (some.length > 0 && !isWithParent) for (const { name } of missing) unknown?.(name);
    yield rewrite(some);
  }
}

/** The first line, and what was read of the rows with it: of a small part, all. */
async function readHeader(
  chunks: AsyncIterator<Buffer>,
  path: string,
): Promise<{ readonly found: string; readonly rest: Buffer }> {
  let bytes: Buffer = Buffer.alloc(0);
  for (let chunk = await chunks.next(); !chunk.done; chunk = await chunks.next()) {
    bytes = Buffer.concat([bytes, chunk.value]);
    const end = bytes.indexOf(CRLF);
    if (end < 0) continue;
    return { found: bytes.toString('utf8', 0, end), rest: bytes.subarray(end + CRLF.length) };
  }
  throw broken(path);
}

/** The bytes as they are, as for nearly every part: not looked at but for the end. */
async function* bytesOf(first: Buffer, chunks: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  let end = first.length > 0 ? Buffer.from(first.subarray(-CRLF.length)) : LINE_END;
  yield first;
  for await (const chunk of chunks) {
    end = Buffer.concat([end, chunk.subarray(-CRLF.length)]).subarray(-CRLF.length);
    yield chunk;
  }
  if (!end.equals(LINE_END)) throw broken(path);
}

/** In pieces that end with a line. */
async function* linesOf(first: Buffer, chunks: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  let rest = first;
  for await (const chunk of chunks) {
    // A cell never holds a line break, so lines can be cut without understanding quotes.
    const end = rest.lastIndexOf(CRLF);
    const whole = end < 0 ? 0 : end + CRLF.length;
    if (whole > 0) yield rest.subarray(0, whole);
    rest = Buffer.concat([rest.subarray(whole), chunk]);
  }
  if (rest.length > 0 && !rest.subarray(-CRLF.length).equals(LINE_END)) throw broken(path);
  if (rest.length > 0) yield rest;
}

const LINE_END = Buffer.from(CRLF);
/** What is read at first: the whole of nearly every part. */
const FIRST_BYTES = 65_536;
const CHUNK_BYTES = 262_144;
const readMore = promisify(read);

/**
 * The bytes of a file. The first are read without a change of threads: for the thousands of small parts of a long-kept
 * folder it would take several times as long as the reading.
 */
async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  let file: number | undefined;
  let chunk: Buffer | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    const first = Buffer.allocUnsafe(Math.min(size, FIRST_BYTES));
    let at = readSync(file, first);
    yield first.subarray(0, at);
    if (at < size) chunk = bufferPool.acquire(CHUNK_BYTES);
    while (chunk !== undefined && at < size) {
      const { bytesRead } = await readMore(file, chunk, 0, CHUNK_BYTES, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } catch (error) {
    throw readError(path, error);
  } finally {
    if (file !== undefined) closeSync(file);
    bufferPool.release(chunk);
  }
}

function broken(path: string): ExportError {
  return new ExportError('SINK_FILES', `Cannot use ${path}: it is not whole.`, {
    kind: 'permanent',
    hint: 'Something else changed it. Delete it, then run that day again with --since.',
  });
}
