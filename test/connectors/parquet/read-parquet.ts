import { gunzipSync } from 'node:zlib';
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { Row } from '../../../src/streams/field.js';

/** A file as a reader that is not ours has it. */
export interface ReadParquet {
  readonly metadata: FileMetaData;
  /** With values as NDJSON has them, but for dollars, which are the text of all their digits: `0.002250000`. */
  readonly rows: readonly Row[];
}

export async function readParquet(path: string): Promise<ReadParquet> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const rows = await parquetReadObjects({
    file,
    metadata: withoutDecimals(metadata),
    compressors: { GZIP: (page) => gunzipSync(page) },
    parsers: {
      dateFromDays: (days) => dayText(days),
      timestampFromMicroseconds: (micros) => momentText(micros),
    },
  });
  const decimals = new Set(
    metadata.schema.flatMap(({ name, converted_type: type }) => (type === 'DECIMAL' ? [name] : [])),
  );
  return { metadata, rows: rows.map((row) => asWritten(row, decimals)) };
}

/** The reader makes floats of decimals; of whole numbers it makes what they are. */
function withoutDecimals(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map(({ converted_type, logical_type, ...element }) =>
    converted_type === 'DECIMAL'
      ? element
      : { ...element, ...(converted_type && { converted_type }), ...(logical_type && { logical_type }) },
  );
  return { ...metadata, schema };
}

function asWritten(row: Readonly<Record<string, unknown>>, decimals: ReadonlySet<string>): Row {
  const values = Object.entries(row).map(([name, value]) => {
    if (typeof value === 'bigint') return [name, decimals.has(name) ? decimalText(value) : Number(value)];
    return [name, value ?? null];
  });
  return Object.fromEntries(values);
}

function decimalText(billionths: bigint): string {
  const sign = billionths < 0n ? '-' : '';
  const digits = String(billionths < 0n ? -billionths : billionths).padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

function dayText(days: number | null | undefined): string | null {
  return days == null ? null : new Date(days * 86_400_000).toISOString().slice(0, 10);
}

function momentText(micros: bigint | null | undefined): string | null {
  if (micros == null) return null;
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = Number((micros - fraction) / 1_000_000n);
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.${String(fraction).padStart(6, '0')}Z`;
}
