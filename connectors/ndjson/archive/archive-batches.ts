import type { Batch } from '../../../src/catalogue/source.js';
import type { Findings } from '../../../src/deliver/tally/findings.js';
import type { Row } from '../../../src/streams/field.js';
import type { Partition } from '../../../src/streams/partition.js';
import { isJsonObject } from '../../../src/text/json-object.js';
import { type ArchiveFile, damaged } from './archive-file.js';
import { linesOf } from './archive-lines.js';
import { type ArchiveRecord, rebuiltRow } from './archive-row.js';

/** Records of a batch, and the text they may come from together: both bound the memory. */
const BATCH_RECORDS = 1_000;
const BATCH_CHARACTERS = 8 * 1024 * 1024;

/**
 * The records of one file in its order. A damaged file throws, so that its partition is not committed; a record
 * that does not fit the stream is left out and goes to the findings.
 */
export async function* batchesOf(
  file: ArchiveFile,
  partition: Partition,
  findings: Findings,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const { stream } = partition;
  const known = new Set(stream.fields.map((field) => field.name));
  let rows: Row[] = [];
  let characters = 0;
  let lineNumber = 0;
  for await (const lines of linesOf(file, signal)) {
    for (const line of lines) {
      lineNumber += 1;
      const record = parsed(line, lineNumber, file);
      findings.noteUnknownFields(stream.name, '', record, known);
      const rebuilt = rebuiltRow(record, partition, findings);
      if ('row' in rebuilt) rows.push(rebuilt.row);
      else findings.reject(stream.name, `${file.path} line ${lineNumber}, ${rebuilt.trouble}`, record);
      characters += line.length;
      if (rows.length < BATCH_RECORDS && characters < BATCH_CHARACTERS) continue;
      yield rows;
      rows = [];
      characters = 0;
    }
  }
  if (rows.length > 0) yield rows;
}

function parsed(line: string, lineNumber: number, file: ArchiveFile): ArchiveRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The parser's own words quote the record.
    throw damaged(file, `is damaged: line ${lineNumber} is no JSON`);
  }
  if (!isJsonObject(value)) throw damaged(file, `is damaged: line ${lineNumber} is no JSON object`);
  return value;
}
