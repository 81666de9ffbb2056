import { gunzipSync } from 'node:zlib';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';

/** A cell as it is kept: what JSON has no word for is text. */
export type Cell = string | number | boolean | null;
export type TableRow = Readonly<Record<string, Cell>>;

export interface ReadTable {
  /** `name type`, in their order. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/** Throws for what is no whole Parquet file, and for a column that a table of Tableau's cannot have. */
export async function readParquet(bytes: Buffer): Promise<ReadTable> {
  const file = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(file);
  const columns = parquetSchema(metadata).children.map(({ element, children }) => {
    if (children.length > 0) throw new Error(`${element.name} is nested`);
    return `${element.name} ${element.logical_type?.type ?? element.converted_type ?? element.type}`;
  });
  const rows = await parquetReadObjects({
    file,
    metadata,
    compressors: { GZIP: (bytes) => gunzipSync(bytes) },
  });
  const decimals = new Set(columns.filter((column) => column.endsWith(' DECIMAL')));
  const rowOf = (record: Readonly<Record<string, unknown>>): TableRow =>
    Object.fromEntries(
      Object.entries(record).map(([name, value]) => [
        name,
        decimals.has(`${name} DECIMAL`) ? decimalOf(value) : cellOf(value),
      ]),
    );
  return { columns, rows: rows.map(rowOf) };
}

/** The reader multiplies, which leaves a trace behind the last digit. */
function decimalOf(value: unknown): Cell {
  return typeof value === 'number' ? Number(value.toPrecision(DECIMAL_DIGITS)) : null;
}

const DECIMAL_DIGITS = 15;

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') throw new Error('a value is no cell');
  return value as Cell; // safe: nothing else is left of what the reader gives
}
