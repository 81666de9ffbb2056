import { bufferPool } from '../../../src/encode/buffer-pool.js';
import { ByteWriter } from '../../../src/encode/byte-writer.js';
import { abortError } from '../../../src/errors/export-error.js';
import type { AtomicFile } from '../../../src/files/atomic-file.js';
import type { OutputFolder } from '../../../src/files/output-folder.js';
import { holdPersonalData } from '../../../src/streams/field.js';
import { TABLEAU_FORMAT } from '../csv/csv-format.js';
import { type FileForm, headOf } from '../file-form.js';
import { readPart } from '../part-reader.js';
import { linesIn } from '../spreadsheet-rows.js';
import { listParts, tableFile } from '../table-files.js';
import type { Table } from '../tables/table.js';

/**
 * Writes a table's single file out of all its parts, a piece at a time. Parts of earlier runs count too, also those
 * of a run that was killed before it came to this: so the file is right whatever happened before.
 *
 * @returns how many lines it has, where it is for a spreadsheet
 */
export async function stitchTable(
  folder: OutputFolder,
  table: Table,
  options: { readonly form: FileForm; readonly signal: AbortSignal },
): Promise<number> {
  const { form, signal } = options;
  const { columns } = table;
  const isForSheets = form.format !== TABLEAU_FORMAT;
  let lines = 1;
  const parts = await listParts(folder, table.name);
  const write = async (file: AtomicFile) => {
    const gathered = new ByteWriter();
    gathered.text(headOf(table, form));
    for (const part of parts) {
      if (signal.aborted) throw abortError(signal);
      const wanted = { columns, format: form.format, written: TABLEAU_FORMAT };
      for await (const rows of readPart(folder.path(part), wanted)) {
        gathered.copy(rows);
        if (isForSheets) lines += linesIn(rows);
        if (gathered.length >= WRITE_AT) await writeOut(gathered, file);
      }
    }
    await writeOut(gathered, file);
  };
  const ownerOnly = holdPersonalData(columns);
  await folder.replaceFile(tableFile(table.name), write, { ownerOnly });
  return lines;
}

async function writeOut(gathered: ByteWriter, file: AtomicFile): Promise<void> {
  const bytes = gathered.take();
  await file.write(bytes);
  bufferPool.release(bytes);
}

/** Bytes to gather before a write: a year of days is hundreds of small parts. */
const WRITE_AT = 262_144;
