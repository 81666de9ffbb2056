import type { HeldPartition } from '../../src/catalogue/sink.js';
import { ReadingFacts } from '../../src/deliver/reading-facts.js';
import type { PartitionFiles } from '../../src/file-sinks/partition-counts.js';
import { fileName, type Output, type Segments } from '../../src/files/output.js';
import type { Stream } from '../../src/streams/stream.js';
import type { Day } from '../../src/time/day.js';
import { CRLF, TABLEAU_FORMAT } from './csv/csv-format.js';
import { readPart } from './parts/part-reader.js';
import type { Table } from './tables/table.js';

/**
 * Looks at the partitions of a stream that are there: one whose table lacks a child's file is not.
 *
 * @param fileOf where a partition is, by its table
 */
export async function heldFiles(
  output: Output,
  stream: Stream,
  tables: readonly Table[],
  days: readonly (Day | null)[],
  fileOf: (table: Table, day: Day | null) => Segments,
): Promise<PartitionFiles> {
  const [own] = tables;
  const sizes = await Promise.all(
    tables.map((table) => {
      const files = days.map((day) => fileOf(table, day));
      return output.sizesOf(
        files[0]?.slice(0, -1) ?? [],
        files.map((segments) => segments.slice(-1)),
      );
    }),
  );
  return {
    sizesOf: (day) => {
      const bytes = tables.map((table, at) => sizes[at]?.get(fileName(fileOf(table, day).slice(-1))));
      return bytes.every((size) => size !== undefined) ? bytes : undefined;
    },
    count: async (day) => own && output.withFile(fileOf(own, day), (path) => countRows(path, stream)),
  };
}

/** Undefined for a file that is not whole or cannot be read. */
async function countRows(path: string, stream: Stream): Promise<HeldPartition | undefined> {
  const { sums } = stream;
  const columns = sums.flatMap((name) => stream.fields.filter((field) => field.name === name));
  const facts = new ReadingFacts(stream);
  try {
    for await (const piece of readPart(path, { columns, format: TABLEAU_FORMAT })) {
      const lines = piece.toString('utf8', 0, piece.length - CRLF.length).split(CRLF);
      if (piece.length > 0) facts.add(lines.map((line) => rowOf(line, sums)));
    }
  } catch {
    return undefined;
  }
  return { records: facts.records, sums: facts.sums };
}

/** The cells of measures are plain numbers, and empty where there is none. */
function rowOf(line: string, names: readonly string[]): Record<string, number | null> {
  const cells = line.split(',');
  return Object.fromEntries(names.map((name, at) => [name, cells[at] ? Number(cells[at]) : null]));
}
