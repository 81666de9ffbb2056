import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { bufferPool } from '../../../src/encode/buffer-pool.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { readError } from '../../../src/files/file-error.js';
import { CRLF } from '../csv/csv-encoder.js';

/**
 * The rows of a part in the columns of `header`, without its own header. A part that an earlier version wrote may
 * have other columns: they are matched by name, those it lacks are empty, and those that are no longer wanted are
 * left out (the part keeps them). What is yielded is written over by the next piece.
 */
export async function* readPart(path: string, header: string): AsyncGenerator<Buffer> {
  const chunks = chunksOf(path);
  const { found, rest } = await readHeader(chunks, path);
  if (found === header) yield* bytesOf(rest, chunks, path);
  else yield* matchedRows(linesOf(rest, chunks, path), columnMatcher(found, header));
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
    if (end >= 0) return { found: bytes.toString('utf8', 0, end), rest: bytes.subarray(end + CRLF.length) };
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

async function* matchedRows(
  pieces: AsyncIterable<Buffer>,
  matched: (line: string) => string,
): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    const lines = piece.toString('utf8', 0, piece.length - CRLF.length).split(CRLF);
    yield Buffer.from(lines.map((line) => matched(line) + CRLF).join(''));
  }
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

/** Puts the cells of a line under another header. */
function columnMatcher(from: string, to: string): (line: string) => string {
  const columns = from.split(',');
  const sources = to.split(',').map((column) => columns.indexOf(column));
  return (line) => {
    const cells = rawCells(line);
    return sources.map((source) => cells[source] ?? '').join(',');
  };
}

/** The cells as they are written, quotes and all. */
function rawCells(line: string): string[] {
  const cells: string[] = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index];
    if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) {
      cells.push(line.slice(start, index));
      start = index + 1;
    }
  }
  cells.push(line.slice(start));
  return cells;
}

function broken(path: string): ExportError {
  return new ExportError('SINK_FILES', `Cannot use ${path}: it is not whole.`, {
    kind: 'permanent',
    hint: 'Something else changed it. Delete it, then run that day again with --since.',
  });
}
