import type { Encoder } from '../../src/deliver/encoded-stream.js';
import { ByteWriter } from '../../src/encode/byte-writer.js';
import type { Dictionary } from '../../src/encode/dictionary.js';
import type { GroupedRow } from '../../src/encode/group-table.js';
import type { Field, Value } from '../../src/streams/field.js';
import { jsonText } from './json-text.js';

type Cell = (record: GroupedRow, out: ByteWriter) => void;

/** Lines of JSON as {@link jsonText} writes values, with the fields in the order of the stream. */
export function ndjsonEncoder(dictionary: Dictionary): Encoder<Uint8Array> {
  const { fields } = dictionary.stream;
  const runs = dictionary.columnRuns(fields.map(({ name }) => name));
  const cells = runs.map(({ names, repeats }, at): Cell => {
    const start = at === 0 ? '{' : ',';
    const columns = fields.filter(({ name }) => names.includes(name));
    return repeats ? repeatingCell(columns, start, dictionary) : singleCell(columns, start, dictionary);
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
const POINT_ZERO = Buffer.from('.0');
const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);

function repeatingCell(columns: readonly Field[], start: string, dictionary: Dictionary): Cell {
  const names = columns.map(({ name }) => name);
  const bytesOf = dictionary.memoize(names, (row) => {
    const members = columns.map(
      ({ name, type }) => `${jsonText(name, 'string')}:${jsonText(row[name] ?? null, type)}`,
    );
    return Buffer.from(start + members.join(','));
  });
  return (record, out) => out.copy(bytesOf(record));
}

function singleCell([field]: readonly Field[], start: string, dictionary: Dictionary): Cell {
  if (field === undefined) throw new Error('a run of no columns');
  const position = dictionary.positionOf(field.name);
  const label = Buffer.from(`${start}${jsonText(field.name, 'string')}:`);
  const labelAndNull = Buffer.concat([label, Buffer.from('null')]);
  const write = field.type === 'real' ? writeReal : writeValue;
  return ({ values }, out) => {
    const value = values[position] ?? null;
    if (value === null) return out.copy(labelAndNull);
    out.copy(label);
    write(value, out);
  };
}

function writeReal(value: Value, out: ByteWriter): void {
  if (typeof value !== 'number' || !out.tryNumber(value)) out.text(jsonText(value, 'real'));
  else if (Number.isInteger(value)) out.copy(POINT_ZERO);
}

function writeValue(value: Value, out: ByteWriter): void {
  if (typeof value === 'string') {
    out.character(QUOTE);
    if (out.tryPlain(value, QUOTE, BACKSLASH)) out.character(QUOTE);
    else out.text(jsonText(value, 'string').slice(1));
  } else if (typeof value !== 'number' || !out.tryNumber(value)) out.text(jsonText(value, 'string'));
}
