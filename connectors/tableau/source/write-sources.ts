import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
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
): Promise<void> {
  const tables = sourceTables(resources);
  if (tables.length === 0) return;
  if (wanted.source) await replaceIfOther(folder, SOURCE_FILE, [Buffer.from(tdsOfFiles(tables, BESIDE))]);
  const ownerOnly = tables.some(({ columns }) => columns.some(({ personal }) => personal === true));
  const copies = tables.map((table) => ({ table, path: folder.path([table.file]) }));
  if (wanted.package) {
    await replaceIfOther(folder, PACKAGED_SOURCE_FILE, await packagedSource(copies), ownerOnly);
  }
  const text = wanted.workbook ? (await import('./workbook.js')).workbook(tables) : undefined;
  if (text !== undefined) {
    const content = await packaged({ name: WORKBOOK_FILE, text }, copies);
    await replaceIfOther(folder, PACKAGED_WORKBOOK_FILE, content, ownerOnly);
  }
}

async function replaceIfOther(
  folder: OutputFolder,
  name: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ownerOnly = false,
): Promise<void> {
  const segments = [name];
  const file = await folder.createFile(segments, { ownerOnly });
  try {
    const digest = createHash('sha256');
    for await (const piece of content) {
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
