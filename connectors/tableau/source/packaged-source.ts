import { createAtomicFile } from '../../../src/files/atomic-file.js';
import type { Table } from '../tables/table.js';
import { PACKAGED_FOLDER, SOURCE_FILE, tdsOfFiles } from './documents.js';
import { describedTables, type SourceTable } from './source-table.js';

/** A table of a data source, and the file that is copied into it. */
export interface TableCopy {
  readonly table: SourceTable;
  readonly path: string;
}

/** The bytes of a `.tdsx`: a data source on top, and the files of its tables below it. */
export function packagedSource(copies: readonly TableCopy[]): Promise<AsyncIterable<Uint8Array>> {
  const text = tdsOfFiles(
    copies.map(({ table }) => table),
    PACKAGED_FOLDER,
  );
  return packaged({ name: SOURCE_FILE, text }, copies);
}

/** The bytes of a package: a document on top, and below it the tables that it looks for in {@link PACKAGED_FOLDER}. */
export async function packaged(
  document: { readonly name: string; readonly text: string },
  copies: readonly TableCopy[],
): Promise<AsyncIterable<Uint8Array>> {
  const { zipped } = await import('./zip.js');
  const tables = copies.map(({ table, path }) => ({ name: `${PACKAGED_FOLDER}/${table.file}`, path }));
  return zipped([document, ...tables]);
}

/**
 * Writes a `.tdsx` of these tables, each with the CSV file that holds all of it in the form that Tableau reads. It appears
 * under its name whole or not at all.
 */
export async function writeTdsx(
  path: string,
  files: readonly { readonly table: Table; readonly path: string }[],
  { ownerOnly = false }: { readonly ownerOnly?: boolean } = {},
): Promise<void> {
  const copies = files.flatMap((file) =>
    describedTables([file.table]).map((table) => ({ table, path: file.path })),
  );
  const file = await createAtomicFile(path, { ownerOnly });
  try {
    for await (const piece of await packagedSource(copies)) await file.write(piece);
    await file.commit();
  } catch (error) {
    await file.abort();
    throw error;
  }
}
