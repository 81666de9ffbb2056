import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withFileError } from '../../files/file-error.js';
import { pathSegment } from '../../files/path-segment.js';
import type { AppendJournal, JournalKey } from './append-journal.js';
import { openPartition } from './file-partition.js';

/** Default of `foldAtBytes`. */
const FOLD_AT_BYTES = 32 * 1024 * 1024;

/**
 * In files: a partition is a folder with 8 bytes a record, `<sink>/<stream>/<project>/<day>/delivered.ids`, and, while it is
 * written, a log of intents. A partition that is never read again is to be forgotten, so what is kept is bounded by the
 * records of the open days. Only one process at a time may work on the folder: the state's lock sees to that.
 *
 * @param root absolute path; made when the first record is delivered
 * @param options.foldAtBytes length at which a log of intents is folded into the sorted file. Default: 32 MiB
 */
export function fileJournal(root: string, { foldAtBytes = FOLD_AT_BYTES } = {}): AppendJournal {
  const opened = new Set<string>();
  const folderOf = ({ sink, stream, projectId, day }: JournalKey) =>
    join(root, ...[sink, stream, projectId, day ?? 'snapshot'].map(pathSegment));
  const remove = (folder: string) =>
    withFileError(folder, () => rm(folder, { recursive: true, force: true }));
  return {
    open: async (key, ask) => {
      const folder = folderOf(key);
      if (opened.has(folder)) throw new Error(`the deliveries in ${folder} are open already`);
      opened.add(folder);
      const onClose = () => opened.delete(folder);
      try {
        return await openPartition(folder, { ask, foldAtBytes, onClose });
      } catch (error) {
        onClose();
        throw error;
      }
    },
    forget: (key) => remove(folderOf(key)),
    forgetSink: (sink) => remove(join(root, pathSegment(sink))),
  };
}
