import type { z } from 'zod';
import { ExportError } from '../../errors/export-error.js';
import { readError } from '../../files/file-error.js';
import { readRegularFile } from '../../files/regular-file.js';

/** What is in a file of ours; undefined where there is none, an error in words where it cannot be used. */
export async function readJsonFile<Content>(
  path: string,
  schema: z.ZodType<Content>,
): Promise<Content | undefined> {
  const text = await readRegularFile(path).catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw readError(path, error);
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text.toString()));
  } catch (cause) {
    throw new ExportError('STATE_REFUSED', `${path} is damaged, or of another version.`, {
      kind: 'config',
      cause,
    });
  }
}
