import { bufferPool } from '../../../src/encode/buffer-pool.js';
import { ByteWriter } from '../../../src/encode/byte-writer.js';
import { abortError } from '../../../src/errors/export-error.js';
import type { AtomicFile } from '../../../src/files/atomic-file.js';
import type { Segments } from '../../../src/files/output.js';
import type { OutputFolder } from '../../../src/files/output-folder.js';
import { personal, text } from '../../../src/streams/column.js';
import { holdPersonalData } from '../../../src/streams/field.js';
import { TABLEAU_FORMAT } from '../csv/csv-format.js';
import { type FileForm, headOf } from '../file-form.js';
import { type OpenPart, openPart } from '../parts/part-reader.js';
import { type RenewOptions, renewFile } from '../parts/renew-files.js';
import { linesIn } from '../spreadsheet-rows.js';
import { listParts, tableFile } from '../table-files.js';
import type { Table } from '../tables/table.js';

/** Parts keep one form, whatever the files are made of them in. */
export const FORM_OF_PARTS: FileForm = { format: TABLEAU_FORMAT, bom: false };

/**
 * Writes a table's single file out of all its parts, a piece at a time. Parts of earlier runs count too, also those
 * of a run that was killed before it came to this: so the file is right whatever happened before.
 *
 * @returns how many lines it has, where it is for a spreadsheet
 */
export async function stitchTable(
  folder: OutputFolder,
  table: Table,
  options: Omit<RenewOptions, 'form'> & { readonly form: FileForm; readonly signal: AbortSignal },
): Promise<number> {
  const { form, signal } = options;
  const { columns } = table;
  const isForSheets = form.format !== TABLEAU_FORMAT;
  let lines = 1;
  const parts = await listParts(folder, table.name);
  const write = async (file: AtomicFile) => {
    const gathered = new ByteWriter();
    gathered.text(headOf(table, form));
    for (const segments of parts) {
      if (signal.aborted) throw abortError(signal);
      const part = await openWhole(folder, table, segments, options);
      for await (const rows of part.rows({ columns, format: form.format, written: TABLEAU_FORMAT })) {
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

/**
 * Opens a part that has every column of today: one that an earlier version wrote without some is written anew first, once.
 * What it has beyond them it keeps.
 */
async function openWhole(
  folder: OutputFolder,
  table: Table,
  segments: Segments,
  options: Omit<RenewOptions, 'form'>,
): Promise<OpenPart> {
  const path = folder.path(segments);
  const part = await openPart(path);
  const { columns } = table;
  if (columns.every(({ name }) => part.names.includes(name))) return part;
  await part.close();
  const known = new Set(columns.map(({ name }) => name));
  const others = part.names.filter((name) => !known.has(name));
  const kept = others.map((name) => ({ name, ...personal(text('Of an earlier version')) }));
  await renewFile(folder, table, [...columns, ...kept], segments, { ...options, form: FORM_OF_PARTS });
  return openPart(path);
}

async function writeOut(gathered: ByteWriter, file: AtomicFile): Promise<void> {
  const bytes = gathered.take();
  await file.write(bytes);
  bufferPool.release(bytes);
}

/** Bytes to gather before a write: a year of days is hundreds of small parts. */
const WRITE_AT = 262_144;
