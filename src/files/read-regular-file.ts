import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * The text of a regular file; undefined where there is none, where it is longer, and where something else has its
 * name: a link is not followed, and nobody waits for the other end of a pipe.
 *
 * @param atMost bytes
 */
export async function readRegularFile(path: string, atMost: number): Promise<string | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const entry = await handle.stat();
    return entry.isFile() && entry.size <= atMost ? await handle.readFile('utf8') : undefined;
  } finally {
    await handle.close();
  }
}
