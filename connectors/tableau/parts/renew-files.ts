import { isDeepStrictEqual } from 'node:util';
import { abortError } from '../../../src/errors/export-error.js';
import type { Output, Segments } from '../../../src/files/output.js';
import { holdPersonalData } from '../../../src/streams/field.js';
import { CRLF } from '../csv/csv-format.js';
import { type FileForm, headOf } from '../file-form.js';
import type { DescribedTable } from '../package/package-file.js';
import { fileOfTable, listTableFiles } from '../table-files.js';
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
 * @param described how they are said to be written
 */
export async function renewDailyFiles(
  folder: Output,
  table: Table,
  options: RenewOptions & { readonly described: DescribedTable | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const { form, described, signal } = options;
  const head = headOf(table, form);
  // Files of another form need not begin otherwise.
  const isOtherForm = described !== undefined && described.form !== form.format.name;
  const hasColumns = isDeepStrictEqual(
    described?.columns,
    table.columns.map(({ name }) => name),
  );
  const isAlike = async (segments: Segments) =>
    !isOtherForm && (await folder.withFile(segments, headOfFile)) === head;
  const files = await listTableFiles(folder, table.name, 'daily');
  const [first] = files;
  // Where a look takes a call each, one tells that what is said of all is so.
  if (!folder.isLocal && hasColumns && first !== undefined && (await isAlike(first))) return;
  for (const segments of files) {
    if (signal.aborted) throw abortError(signal);
    if (!(await isAlike(segments))) await renewFile(folder, table, table.columns, segments, options);
  }
}

/** Writes the file of a partition in these columns, with what is there of those that it lacks. */
export async function renewFile(
  folder: Output,
  table: Table,
  columns: readonly Column[],
  segments: Segments,
  { form, unknown, renewing }: RenewOptions,
): Promise<void> {
  const { items } = table;
  const parent = items && fileOfTable(segments, table.name, items.parent.name);
  const isBesideParent =
    parent !== undefined && (await folder.sizesOf(parent.slice(0, -1), [parent.slice(-1)])).size > 0;
  await renewing();
  const renew = (path: string, parentPath?: string): Promise<void> => {
    const wanted = {
      columns,
      format: form.format,
      parent: items && parentPath !== undefined ? { path: parentPath, key: items.before } : undefined,
      unknown: (column: string) => unknown.add(table, column, folder.path(segments)),
    };
    const write = async (file: { write(some: string | Uint8Array): Promise<void> }): Promise<void> => {
      await file.write(headOf({ columns }, form));
      for await (const rows of readPart(path, wanted)) await file.write(rows);
    };
    return folder.replaceFile(segments, write, { ownerOnly: holdPersonalData(columns) });
  };
  await folder.withFile(segments, (path) =>
    isBesideParent ? folder.withFile(parent, (parentPath) => renew(path, parentPath)) : renew(path),
  );
}

async function headOfFile(path: string): Promise<string> {
  const part = await openPart(path);
  await part.close();
  return part.head + CRLF;
}
