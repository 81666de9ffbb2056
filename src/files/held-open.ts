import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ExportError } from '../errors/export-error.js';
import type { Clock } from '../time/clock.js';

/** Five seconds in all: a virus scanner or an indexer is done by then, and a person is told. */
const WAITS_MS = [20, 50, 130, 300, 600, 1_100, 1_300, 1_500];

/** What a file system answers of a file that another program has open, as Windows and file servers do. */
const HELD: ReadonlySet<string | undefined> = new Set(['EPERM', 'EBUSY', 'EACCES']);

/**
 * Renames or removes a file, and tries again for some seconds where another program holds it.
 *
 * @param path of the file that may be held
 * @throws ExportError that says so where it stays held; else what `change` throws
 */
export async function whenLetGo<Result>(
  path: string,
  clock: Pick<Clock, 'sleep'>,
  change: () => Promise<Result>,
): Promise<Result> {
  for (const ms of WAITS_MS) {
    try {
      return await change();
    } catch (error) {
      if (!(await isHeld(path, error))) throw error;
    }
    await clock.sleep(ms);
  }
  try {
    return await change();
  } catch (error) {
    throw (await isHeld(path, error)) ? heldError(path, error) : error;
  }
}

/** The same answers are given to who has no right in the folder: to wait would be in vain then. */
async function isHeld(path: string, error: unknown): Promise<boolean> {
  if (!HELD.has((error as NodeJS.ErrnoException).code)) return false;
  return access(dirname(path), constants.W_OK).then(
    () => true,
    () => false,
  );
}

function heldError(path: string, cause: unknown): ExportError {
  return new ExportError(
    'SINK_FILES',
    `Cannot write ${path}: another program has it open, or it is protected from change.`,
    {
      kind: 'permanent',
      hint:
        'Close it where it is open (a spreadsheet, Tableau, a virus scanner), then run it again; what was there before ' +
        'is untouched. A single file that is mounted into a container cannot be replaced: mount its folder.',
      cause,
    },
  );
}
