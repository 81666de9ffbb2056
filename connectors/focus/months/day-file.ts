import { z } from 'zod';
import type { HeldPartition } from '../../../src/catalogue/sink.js';
import { readError } from '../../../src/files/file-error.js';
import { readRegularFile } from '../../../src/files/regular-file.js';

/** What a file of a day has: its charges as lines, and which records they were made of. */
export interface DayFile extends HeldPartition {
  readonly lines: Buffer;
  /** The name of their stream. */
  readonly stream: string;
}

const CRLF = '\r\n';
const ending = z.object({
  stream: z.string(),
  records: z.int().min(0),
  sums: z.record(z.string(), z.number()),
});

/** The last line, behind the header and the charges: records without a cost have no charge, and count all the same. */
export function endingOf({ stream, records, sums }: Omit<DayFile, 'lines'>): string {
  return JSON.stringify({ stream, records, sums }) + CRLF;
}

/** Undefined where there is no such file, and where it is not whole or has other columns than today's. */
export async function readDayFile(path: string, header: string): Promise<DayFile | undefined> {
  const bytes = await readRegularFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw readError(path, error);
  });
  const first = Buffer.from(header);
  const lastAt = bytes.lastIndexOf(CRLF, bytes.length - CRLF.length - 1) + CRLF.length;
  if (!bytes.subarray(0, first.length).equals(first) || lastAt < first.length) return undefined;
  const said = parsed(bytes.toString('utf8', lastAt));
  return said && { ...said, lines: bytes.subarray(first.length, lastAt) };
}

function parsed(line: string): Omit<DayFile, 'lines'> | undefined {
  try {
    return ending.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
