import type { OutputFolder } from './output-folder.js';

/** Replaces a file of a folder, whole or not at all. */
export async function replaceFile(
  folder: OutputFolder,
  name: string,
  ...chunks: readonly (string | Uint8Array)[]
): Promise<void> {
  const file = await folder.createFile([name]);
  try {
    for (const chunk of chunks) await file.write(chunk);
    await file.commit();
  } catch (error) {
    await file.abort();
    throw error;
  }
}
