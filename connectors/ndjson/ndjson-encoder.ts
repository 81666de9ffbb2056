import type { Encoder } from '../../src/deliver/encoded-stream.js';
import { ByteWriter } from '../../src/encode/byte-writer.js';
import type { Dictionary } from '../../src/encode/dictionary.js';
import type { GroupedRow } from '../../src/encode/group-table.js';
import type { Value } from '../../src/streams/field.js';

type Cell = (record: GroupedRow, out: ByteWriter) => void;

/** Lines as `JSON.stringify` makes them, with the fields in the order of the stream. */
export function ndjsonEncoder(dictionary: Dictionary): Encoder<Uint8Array> {
  const names = dictionary.stream.fields.map(({ name }) => name);
  const cells = dictionary.columnRuns(names).map(({ names: run, repeats }, at): Cell => {
    const start = at === 0 ? '{' : ',';
    return repeats ? repeatingCell(run, start, dictionary) : singleCell(run[0] ?? '', start, dictionary);
  });
  const out = new ByteWriter();
  return {
    encode(records) {
      out.clear();
      for (const record of records) {
        for (const cell of cells) cell(record, out);
        out.copy(LINE_END);
      }
      return out.take();
    },
  };
}

const LINE_END = Buffer.from('}\n');
const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);

function repeatingCell(names: readonly string[], start: string, dictionary: Dictionary): Cell {
  const bytesOf = dictionary.memoize(names, (row) => {
    const members = names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(row[name] ?? null)}`);
    return Buffer.from(start + members.join(','));
  });
  return (record, out) => out.copy(bytesOf(record));
}

function singleCell(name: string, start: string, dictionary: Dictionary): Cell {
  const position = dictionary.positionOf(name);
  const label = Buffer.from(`${start}${JSON.stringify(name)}:`);
  const labelAndNull = Buffer.concat([label, Buffer.from('null')]);
  return ({ values }, out) => {
    const value = values[position] ?? null;
    if (value === null) return out.copy(labelAndNull);
    out.copy(label);
    writeJson(value, out);
  };
}

function writeJson(value: Value, out: ByteWriter): void {
  if (typeof value === 'string') {
    out.character(QUOTE);
    if (out.tryPlain(value, QUOTE, BACKSLASH)) out.character(QUOTE);
    else out.text(JSON.stringify(value).slice(1));
  } else if (typeof value !== 'number' || !out.tryNumber(value)) out.text(JSON.stringify(value));
}
