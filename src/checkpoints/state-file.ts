import { lstat, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ExportError } from '../errors/export-error.js';
import { OutputFolder } from '../files/output-folder.js';
import { STATE_VERSION, type StateDocument, stateDocument } from './state-document.js';

const REPAIR =
  'Run `deepgram-export state repair`, which sets it aside and begins anew, or put back a copy of it.';

/**
 * Reads the state; undefined where there is none yet. What cannot be understood is refused with the way out: to
 * take it for empty would deliver everything again, and to overwrite it would lose what is known.
 */
export async function readState(path: string): Promise<StateDocument | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  const found = parsed(text);
  if (found === undefined) throw refused(path, 'it is no JSON: it is damaged, or no state file', REPAIR);
  const version = (found as { readonly version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > STATE_VERSION) {
    throw refused(
      path,
      `it is of version ${version}, and this program knows ${STATE_VERSION}`,
      'Use the newer deepgram-export that wrote it.',
    );
  }
  const result = stateDocument.safeParse(found);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join('.') ?? '';
  throw refused(path, `it is damaged${where === '' ? '' : ` at ${where.slice(0, 200)}`}`, REPAIR);
}

/** Replaces the state, whole or not at all. */
export async function writeState(
  path: string,
  document: StateDocument,
  mask: (text: string) => string,
): Promise<void> {
  const file = await new OutputFolder(dirname(path)).createFile([basename(path)]);
  try {
    await file.write(mask(`${JSON.stringify(document, null, 2)}\n`));
    await file.commit();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    if ((await lstat(path)).isDirectory())
      throw refused(path, 'it is a folder', 'Name a file in `state: { path: … }`.');
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof ExportError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw refused(path, `the file system answered ${code}`, 'Check the path and its rights.');
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(path: string, why: string, hint: string): ExportError {
  return new ExportError('STATE_REFUSED', `The state in ${path} cannot be used: ${why}.`, {
    kind: 'config',
    hint,
  });
}
