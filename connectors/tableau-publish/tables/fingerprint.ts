import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { readError } from '../../../src/files/file-error.js';

/** What tells two contents of a file apart: bytes and time say at once that nothing has changed, the hash for sure. */
export type Fingerprint = readonly [bytes: number, changedAt: number, hash: string];

/**
 * Of a file as it is now.
 *
 * @param before what it was; its hash holds while the file is the same
 */
export async function fingerprintOf(path: string, before: Fingerprint | undefined): Promise<Fingerprint> {
  const { size, mtimeMs } = await lstat(path).catch((error) => {
    throw readError(path, error);
  });
  if (before !== undefined && before[0] === size && before[1] === mtimeMs) return before;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash).catch((error) => {
    throw readError(path, error);
  });
  return [size, mtimeMs, hash.digest('hex')];
}
