import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ExportError } from '../../errors/export-error.js';
import { readError, withFileError } from '../../files/file-error.js';
import { whenLetGo } from '../../files/held-open.js';
import { makeFolders } from '../../files/make-folders.js';
import { pathSegment } from '../../files/path-segment.js';
import { systemClock } from '../../time/clock.js';
import { stampOf } from '../file/aside.js';
import type { AppendJournal, JournalKey } from './append-journal.js';
import { partitionsAt } from './append-partition.js';
import { checkPartition, partitionInFolder } from './file-partition.js';

/** Default of `foldAtBytes`. */
const FOLD_AT_BYTES = 32 * 1024 * 1024;

/**
 * In files: a partition is a folder with 8 bytes a record, `<sink>/<stream>/<project>/<day>/delivered.ids`, and, while it is
 * written, a log of intents. A partition that is never read again is to be forgotten, so what is kept is bounded by the
 * records of the open days. Only one process at a time may work on the folder: the state's lock sees to that.
 *
 * @param root absolute path; made when the first record is delivered
 * @param options.clock passes the time while another program holds a file. Default: that of the system
 * @param options.foldAtBytes length at which a log of intents is folded into the sorted file. Default: 32 MiB
 */
export function fileJournal(
  root: string,
  { foldAtBytes = FOLD_AT_BYTES, clock = systemClock } = {},
): AppendJournal {
  const openAt = partitionsAt((folder) => partitionInFolder(folder, { foldAtBytes, clock }));
  const folderOf = ({ sink, stream, projectId, day }: JournalKey) =>
    join(root, ...[sink, stream, projectId, day ?? 'snapshot'].map(pathSegment));
  const remove = (folder: string) =>
    withFileError(folder, () => whenLetGo(folder, clock, () => rm(folder, { recursive: true, force: true })));
  return {
    open: (key, ask) => openAt(folderOf(key), ask),
    forget: (key) => remove(folderOf(key)),
    forgetSink: (sink) => remove(join(root, pathSegment(sink))),
    setDamagedAside: async (nowMs) => {
      const aside: string[] = [];
      for (const segments of await foldersAt(root, DEPTH)) {
        if (!(await isDamaged(join(root, ...segments)))) continue;
        const place = join(`${root}.${stampOf(nowMs)}`, ...segments);
        await withFileError(place, async () => {
          await makeFolders(dirname(place));
          const from = join(root, ...segments);
          await whenLetGo(from, clock, () => rename(from, place));
        });
        aside.push(place);
      }
      return aside;
    },
  };
}

/** Sink, stream, project and day. */
const DEPTH = 4;

/** The ways to the folders that lie so deep. */
async function foldersAt(root: string, depth: number): Promise<readonly (readonly string[])[]> {
  if (depth === 0) return [[]];
  const entries = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw readError(root, error);
  });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const below = await Promise.all(names.sort().map((name) => foldersAt(join(root, name), depth - 1)));
  return below.flatMap((ways, at) => ways.map((way) => [names[at] ?? '', ...way]));
}

async function isDamaged(folder: string): Promise<boolean> {
  try {
    await checkPartition(folder);
    return false;
  } catch (error) {
    // What cannot be read may be whole.
    if (error instanceof ExportError && error.cause === undefined) return true;
    throw error;
  }
}
