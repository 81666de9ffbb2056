import type { z } from 'zod';
import { ExportError } from '../../errors/export-error.js';
import type { Output, Segments } from '../../files/output.js';

/** What is in a file of ours; undefined where there is none, an error in words where it cannot be used. */
export async function readJsonFile<Content>(
  folder: Output,
  segments: Segments,
  schema: z.ZodType<Content>,
): Promise<Content | undefined> {
  const text = await folder.readText(segments);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ExportError('STATE_REFUSED', `${folder.path(segments)} is damaged, or of another version.`, {
      kind: 'config',
      cause,
    });
  }
}
