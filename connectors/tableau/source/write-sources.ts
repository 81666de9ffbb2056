import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { abortError } from '../../../src/errors/export-error.js';
import type { OutputFolder } from '../../../src/files/output-folder.js';
import type { DataResource } from '../package/data-package.js';
import { SOURCE_FILE, tdsOfFiles } from './documents.js';
import { packaged, packagedSource } from './packaged-source.js';
import { sourceTables } from './source-table.js';

export const PACKAGED_SOURCE_FILE = 'deepgram.tdsx';

/** Where the tables are, seen from a data source beside them. */
const BESIDE = '.';

const WORKBOOK_FILE = 'deepgram.twb';
const PACKAGED_WORKBOOK_FILE = 'deepgram.twbx';

/**
 * Writes `deepgram.tds` beside the tables, `deepgram.tdsx` with them inside, and `deepgram.twbx` with sheets of them, as far
 * as they are asked for. One that would be as it is stays.
 */
export async function writeSources(
  folder: OutputFolder,
  resources: readonly DataResource[],
  wanted: { readonly source: boolean; readonly package: boolean; readonly workbook: boolean },
  signal: AbortSignal,
): Promise<void> {
  const tables = sourceTables(resources);
  if (tables.length === 0) return;
  const replace = (name: string, content: Pieces, ownerOnly: boolean) =>
    replaceIfOther(folder, name, content, { ownerOnly, signal });
  if (wanted.source) await replace(SOURCE_FILE, [Buffer.from(tdsOfFiles(tables, BESIDE))], false);
  const ownerOnly = tables.some(({ columns }) => columns.some(({ personal }) => personal === true));
  const copies = tables.map((table) => ({ table, path: folder.path([table.file]) }));
  if (wanted.package) await replace(PACKAGED_SOURCE_FILE, await packagedSource(copies), ownerOnly);
  const text = wanted.workbook ? (await import('./workbook.js')).workbook(tables) : undefined;
  if (text === undefined) return;
  await replace(PACKAGED_WORKBOOK_FILE, await packaged({ name: WORKBOOK_FILE, text }, copies), ownerOnly);
}

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

async function replaceIfOther(
  folder: OutputFolder,
  name: string,
  content: Pieces,
  { ownerOnly, signal }: { readonly ownerOnly: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const segments = [name];
  const file = await folder.createFile(segments, { ownerOnly });
  try {
    const digest = createHash('sha256');
    for await (const piece of content) {
      if (signal.aborted) throw abortError(signal);
      digest.update(piece);
      await file.write(piece);
    }
    const isThere = (await folder.sizeOf(segments)) === file.bytes;
    const isSame = isThere && (await digestOf(folder.path(segments))) === digest.digest('hex');
    await (isSame ? file.abort() : file.commit());
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/** Undefined where it cannot be read. */
async function digestOf(path: string): Promise<string | undefined> {
  const digest = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) digest.update(piece);
    return digest.digest('hex');
  } catch {
    return undefined;
  }
}
