import { dirname } from 'node:path';
import type { LockOptions, StateLock } from '../../catalogue/state-lock.js';
import { makeFolders } from '../../files/make-folders.js';
import { acquireLock } from './acquire-lock.js';
import { lockError } from './lock-error.js';
import { lockFile } from './lock-file.js';

/** One run at a time works on a state in a file: the file `<state>.lock` says who. */
export async function lockState(path: string, options: LockOptions): Promise<StateLock> {
  const place = lockFile(path, options);
  // What is in it is for its owner alone.
  await makeFolders(dirname(path), 0o700).catch((error) => {
    throw lockError(dirname(path), error);
  });
  return acquireLock(place, options);
}
