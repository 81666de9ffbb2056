import { gzipSync } from 'node:zlib';
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Field, Row } from '../../../src/streams/field.js';
import { type Cell, type ColumnKind, kindOf } from './column.js';
import { remember } from './remember.js';

/** Rows of a group at most: readers skip groups by what is said of them, and writing holds one in memory. */
export const ROWS_PER_GROUP = 50_000;

export interface ParquetOptions {
  /** The columns of the file, in their order. Dollars become decimals, lists of texts lists. */
  readonly fields: readonly Field[];
  readonly compression: 'snappy' | 'gzip';
  /** Takes the bytes of the file, one after the other; resolves when they may be changed, and it can take more. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** A record that a Parquet file of these columns cannot have, and why. */
export interface RefusedRow {
  readonly row: Row;
  /** `cost_usd is no number`. */
  readonly words: string;
}

/**
 * Writes records to a Parquet file, group by group: no more than one group of rows is held at any time, by columns. The
 * same records in the same order give the same bytes, however they are cut into batches.
 *
 * @example
 * const file = parquetFile({ fields: stream.fields, compression: 'snappy', write: (bytes) => handle.appendFile(bytes) });
 * for (const batch of batches) await file.add(batch);
 * await file.end();
 */
export function parquetFile({ fields, compression, write }: ParquetOptions) {
  const columns = fields.map(openColumn);
  const bytes = new ByteWriter();
  const flush = async (): Promise<void> => {
    await write(bytes.getBytes());
    bytes.index = 0;
  };
  const writer = new ParquetWriter({
    writer: Object.assign(bytes, { flush }),
    schema: schemaOf(columns),
    codec: compression === 'gzip' ? 'GZIP' : 'SNAPPY',
    compressors: { GZIP: (page) => gzipSync(page, { level: GZIP_LEVEL }) },
    createdBy: CREATED_BY,
  });
  let rowsInGroup = 0;

  const endGroup = async (): Promise<void> => {
    const columnData = columns.map(({ field, cells }) => ({
      ...{ name: field.name, data: cells },
      ...(cells.some(holdsSomething) ? {} : { codec: 'UNCOMPRESSED' as const }),
    }));
    for (const column of columns) column.cells = [];
    rowsInGroup = 0;
    await writer.write({ columnData, rowGroupSize: ROWS_PER_GROUP });
  };

  return {
    /** Adds records, but for those that it answers. Resolves when it can take more. */
    add: async (batch: readonly Row[]): Promise<readonly RefusedRow[]> => {
      const refused: RefusedRow[] = [];
      let rest = batch;
      while (rest.length > 0) {
        const part = rest.slice(0, ROWS_PER_GROUP - rowsInGroup);
        rest = rest.slice(part.length);
        const words = addTo(columns, part);
        rowsInGroup += part.length - words.size;
        for (const [at, why] of words) refused.push({ row: part[at] as Row, words: why });
        if (rowsInGroup === ROWS_PER_GROUP) await endGroup();
      }
      return refused;
    },
    /**
     * Writes what is left, and the end of the file: with what its columns mean, and these facts about it, for whoever looks
     * for their names.
     */
    end: async (facts: Readonly<Record<string, string>> = {}): Promise<void> => {
      if (rowsInGroup > 0) await endGroup();
      const said = { ...facts, 'deepgram-export.columns': meaningOf(fields) };
      writer.kvMetadata = Object.entries(said).map(([key, value]) => ({ key, value }));
      await writer.finish();
      await flush();
    },
  };
}

/** As readers want it that know which writers have made which mistakes. */
const CREATED_BY = 'deepgram-export version 1';
const GZIP_LEVEL = 1;

interface OpenColumn {
  readonly field: Field;
  readonly kind: ColumnKind;
  readonly cellOf: ColumnKind['cellOf'];
  /** Of the group that is open. */
  cells: Cell[];
}

function openColumn(field: Field): OpenColumn {
  const kind = kindOf(field);
  return { field, kind, cellOf: kind.repeats ? remember(kind.cellOf) : kind.cellOf, cells: [] };
}

/** Column by column; what is wrong is answered by the place of its row, and none of that row is kept. */
function addTo(columns: readonly OpenColumn[], rows: readonly Row[]): ReadonlyMap<number, string> {
  const refused = new Map<number, string>();
  const before = columns[0]?.cells.length ?? 0;
  for (const { field, kind, cellOf, cells } of columns) {
    const { name } = field;
    for (let at = 0; at < rows.length; at += 1) {
      const value = (rows[at] as Row)[name] ?? null;
      const cell = value === null ? null : cellOf(value);
      if (cell === undefined) refused.set(at, `${name} ${kind.refused}`);
      else if (cell === null && field.required === true) refused.set(at, `${name} is missing`);
      cells.push(cell ?? null);
    }
  }
  if (refused.size > 0) {
    for (const column of columns)
      column.cells = column.cells.filter((_, at) => at < before || !refused.has(at - before));
  }
  return refused;
}

/** Where no cell of a group does, its page is of no bytes: compressed, there are engines that cannot read it. */
function holdsSomething(cell: Cell): boolean {
  return cell !== null && (typeof cell !== 'object' || cell.length > 0);
}

function meaningOf(fields: readonly Field[]): string {
  return JSON.stringify(fields.map(({ name, unit, description }) => ({ name, unit, description })));
}

function schemaOf(columns: readonly OpenColumn[]): SchemaElement[] {
  const root: SchemaElement = { name: 'root', num_children: columns.length };
  return [root, ...columns.flatMap(({ field, kind }) => elementsOf(field, kind))];
}

function elementsOf({ name, required }: Field, { type, isList }: ColumnKind): SchemaElement[] {
  const repetition_type = required === true ? 'REQUIRED' : 'OPTIONAL';
  if (!isList) return [{ ...type, name, repetition_type }];
  return [
    { name, repetition_type, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { ...type, name: 'element', repetition_type: 'REQUIRED' },
  ];
}
