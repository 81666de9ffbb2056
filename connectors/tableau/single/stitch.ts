import { bufferPool } from '../../../src/encode/buffer-pool.js';
import { ByteWriter } from '../../../src/encode/byte-writer.js';
import { abortError } from '../../../src/errors/export-error.js';
import type { AtomicFile } from '../../../src/files/atomic-file.js';
import type { OutputFolder } from '../../../src/files/output-folder.js';
import { CRLF, csvHeader } from '../csv/csv-encoder.js';
import { listParts, tableFile } from '../table-files.js';
import type { Table } from '../tables/table.js';
import { readPart } from './part-reader.js';

/** Excel takes a CSV file for UTF-8 only with this in front. */
export const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Writes a table's single file out of all its parts, a piece at a time. Parts of earlier runs count too, also those
 * of a run that was killed before it came to this: so the file is right whatever happened before.
 */
export async function stitchTable(
  folder: OutputFolder,
  table: Table,
  options: { readonly bom: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const header = csvHeader(table);
  const parts = await listParts(folder, table.name);
  await folder.replaceFile(tableFile(table.name), async (file) => {
    const gathered = new ByteWriter();
    gathered.text((options.bom ? BYTE_ORDER_MARK : '') + header + CRLF);
    for (const part of parts) {
      if (options.signal.aborted) throw abortError(options.signal);
      for await (const rows of readPart(folder.path(part), header)) {
        gathered.copy(rows);
        if (gathered.length >= WRITE_AT) await writeOut(gathered, file);
      }
    }
    await writeOut(gathered, file);
  });
}

async function writeOut(gathered: ByteWriter, file: AtomicFile): Promise<void> {
  const bytes = gathered.take();
  await file.write(bytes);
  bufferPool.release(bytes);
}

/** Bytes to gather before a write: a year of days is hundreds of small parts. */
const WRITE_AT = 262_144;
