import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it where they are missing. Not with `recursive` of `mkdir`: Node asks again and
 * again, for ever and deaf to signals, where a file system answers ENOENT below a folder that is there, as `/proc` does.
 *
 * @param mode of what is made, as `mkdir` has it
 * @throws what `node:fs` throws: EEXIST where it is a file, ENOTDIR where one above it is
 */
export async function makeFolders(path: string, mode = 0o777): Promise<void> {
  try {
    await makeFolder(path, mode);
  } catch (error) {
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path) throw error;
    await makeFolders(above, mode);
    await makeFolder(path, mode);
  }
}

/** Harmless where it is there: a read-only file system and a drive's root do not say EEXIST. */
async function makeFolder(path: string, mode: number): Promise<void> {
  await mkdir(path, mode).catch(async (error: NodeJS.ErrnoException) => {
    const isFolder = await stat(path).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    if (!isFolder) throw error;
  });
}
