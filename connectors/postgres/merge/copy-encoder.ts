import type { Encoder } from '../../../src/deliver/encoded-stream.js';
import { ByteWriter } from '../../../src/encode/byte-writer.js';
import type { Dictionary } from '../../../src/encode/dictionary.js';
import type { GroupedRow } from '../../../src/encode/group-table.js';
import type { Value } from '../../../src/streams/field.js';

type Cell = (record: GroupedRow, out: ByteWriter) => void;

/**
 * Lines as COPY reads them in its text format, with the columns in the order of the stream.
 * @see https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
 */
export function copyEncoder(dictionary: Dictionary): Encoder<Uint8Array> {
  const names = dictionary.stream.fields.map(({ name }) => name);
  const cells = dictionary.columnRuns(names).map(({ names: run, repeats }, at): Cell => {
    const start = at === 0 ? '' : '\t';
    return repeats ? repeatingCell(run, start, dictionary) : singleCell(run[0] ?? '', start, dictionary);
  });
  const out = new ByteWriter();
  return {
    encode(records) {
      out.clear();
      for (const record of records) {
        for (const cell of cells) cell(record, out);
        out.character(LINE_FEED);
      }
      return out.take();
    },
  };
}

const LINE_FEED = '\n'.charCodeAt(0);
const TAB = '\t'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);
const NULL = '\\N';

function repeatingCell(names: readonly string[], start: string, dictionary: Dictionary): Cell {
  const bytesOf = dictionary.memoize(names, (row) =>
    Buffer.from(start + names.map((name) => textOf(row[name] ?? null)).join('\t')),
  );
  return (record, out) => out.copy(bytesOf(record));
}

function singleCell(name: string, start: string, dictionary: Dictionary): Cell {
  const position = dictionary.positionOf(name);
  return ({ values }, out) => {
    if (start !== '') out.character(TAB);
    const value = values[position] ?? null;
    if (typeof value === 'number' && out.tryNumber(value)) return;
    if (typeof value === 'string' && out.tryPlain(value, BACKSLASH, BACKSLASH)) return;
    out.text(textOf(value));
  };
}

function textOf(value: Value): string {
  if (value === null) return NULL;
  if (typeof value === 'object') return escaped(`{${value.map(element).join(',')}}`);
  return escaped(String(value));
}

/** One of an array: always in quotes, so that `null` and what has a comma are themselves. */
function element(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function escaped(text: string): string {
  return text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? '');
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
