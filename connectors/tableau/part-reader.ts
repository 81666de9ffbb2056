import { createReadStream } from 'node:fs';
import { ExportError } from '../../src/errors/export-error.js';
import { CRLF } from './csv-encoder.js';
import { readError } from './table-files.js';

/**
 * The rows of a part in the columns of `header`, without its own header. A part that an earlier version wrote may
 * have other columns: they are matched by name, those it lacks are empty, and those that are no longer wanted are
 * left out (the part keeps them).
 */
export async function* readPart(path: string, header: string): AsyncGenerator<Buffer> {
  const found = await readHeader(path);
  const start = Buffer.byteLength(found + CRLF);
  yield* found === header
    ? rowsAsTheyAre(path, start)
    : matchedRows(path, start, columnMatcher(found, header));
}

async function readHeader(path: string): Promise<string> {
  let text = '';
  for await (const chunk of bytesOf(path, 0)) {
    text += chunk.toString('utf8'); // column names are ASCII: no letter of theirs is cut in two
    const end = text.indexOf(CRLF);
    if (end >= 0) return text.slice(0, end);
  }
  throw broken(path);
}

/** Copied and not read: nearly all of what a long-kept folder holds. */
async function* rowsAsTheyAre(path: string, start: number): AsyncGenerator<Buffer> {
  let last = CRLF;
  for await (const bytes of bytesOf(path, start)) {
    last = (last + bytes.toString('latin1', bytes.length - CRLF.length)).slice(-CRLF.length);
    yield bytes;
  }
  if (last !== CRLF) throw broken(path);
}

async function* matchedRows(
  path: string,
  start: number,
  matched: (line: string) => string,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const bytes of bytesOf(path, start)) {
    rest = Buffer.concat([rest, bytes]);
    // A cell never holds a line break, so lines can be cut without understanding quotes.
    const end = rest.lastIndexOf(CRLF);
    if (end < 0) continue;
    const lines = rest.toString('utf8', 0, end).split(CRLF);
    rest = rest.subarray(end + CRLF.length);
    yield Buffer.from(lines.map((line) => matched(line) + CRLF).join(''));
  }
  if (rest.length > 0) throw broken(path);
}

const CHUNK_BYTES = 262_144;

async function* bytesOf(path: string, start: number): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { start, highWaterMark: CHUNK_BYTES });
  } catch (error) {
    throw readError(path, error);
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
