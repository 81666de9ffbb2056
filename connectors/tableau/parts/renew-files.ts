import { abortError } from '../../../src/errors/export-error.js';
import type { OutputFolder } from '../../../src/files/output-folder.js';
import { holdPersonalData } from '../../../src/streams/field.js';
import { CRLF } from '../csv/csv-format.js';
import { type FileForm, headOf } from '../file-form.js';
import { fileOfTable, listTableFiles, type Segments } from '../table-files.js';
import type { Column, Table } from '../tables/table.js';
import { openPart, readPart } from './part-reader.js';
import type { UnknownCells } from './unknown-cells.js';

export interface RenewOptions {
  readonly form: FileForm;
  readonly unknown: UnknownCells;
  /** Called before a file is replaced. */
  renewing(): Promise<void>;
}

/**
 * Writes the files of a table anew that have other columns than this run's or another form, however old they are: a union
 * takes only files that are alike.
 *
 * @param isOtherForm where the files of this table may be in another form, which their first lines do not always tell
 */
export async function renewDailyFiles(
  folder: OutputFolder,
  table: Table,
  options: RenewOptions & { readonly isOtherForm: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { form, isOtherForm, signal } = options;
  const head = headOf(table, form);
  for (const segments of await listTableFiles(folder, table.name, 'daily')) {
    if (signal.aborted) throw abortError(signal);
    if (!isOtherForm && (await headOfFile(folder.path(segments))) === head) continue;
    await renewFile(folder, table, table.columns, segments, options);
  }
}

/** Writes the file of a partition in these columns, with what is there of those that it lacks. */
export async function renewFile(
  folder: OutputFolder,
  table: Table,
  columns: readonly Column[],
  segments: Segments,
  { form, unknown, renewing }: RenewOptions,
): Promise<void> {
  const { items } = table;
  const path = folder.path(segments);
  const wanted = {
    columns,
    format: form.format,
    parent: items && {
      path: folder.path(fileOfTable(segments, table.name, items.parent.name)),
      key: items.before,
    },
    unknown: (column: string) => unknown.add(table, column, path),
  };
  await renewing();
  const write = async (file: { write(some: string | Uint8Array): Promise<void> }): Promise<void> => {
    await file.write(headOf({ columns }, form));
    for await (const rows of readPart(path, wanted)) await file.write(rows);
  };
  await folder.replaceFile(segments, write, { ownerOnly: holdPersonalData(columns) });
}

async function headOfFile(path: string): Promise<string> {
  const part = await openPart(path);
  await part.close();
  return part.head + CRLF;
}
