import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../../files/file-error.js';
import { pathSegment } from '../../files/path-segment.js';
import type { AppendJournal, LedgerKey } from './append-journal.js';
import { type AskReceiver, LedgerPartition } from './ledger-partition.js';

export interface AppendLedgerOptions {
  /** Length at which a journal is folded into the sorted file, in bytes. Default: 32 MiB. */
  readonly journalBytes?: number;
}

const JOURNAL_BYTES = 32 * 1024 * 1024;

/**
 * In files: a partition is a folder with 8 bytes a record, `<sink>/<stream>/<project>/<day>/delivered.ids`, and, while it is
 * written, a journal. A partition that is never read again is to be forgotten, so what is kept is bounded by the
 * records of the open days. Only one process at a time may work on the folder: the state's lock sees to that.
 */
export class AppendLedger implements AppendJournal {
  readonly #root: string;
  readonly #journalBytes: number;
  readonly #open = new Set<string>();

  /** @param root absolute path; made when the first record is delivered. */
  constructor(root: string, options: AppendLedgerOptions = {}) {
    this.#root = root;
    this.#journalBytes = options.journalBytes ?? JOURNAL_BYTES;
  }

  async open(key: LedgerKey, ask: AskReceiver): Promise<LedgerPartition> {
    const folder = this.#folderOf(key);
    if (this.#open.has(folder)) throw new Error(`the deliveries in ${folder} are open already`);
    this.#open.add(folder);
    try {
      return await LedgerPartition.open(folder, {
        ask,
        journalBytes: this.#journalBytes,
        onClose: () => this.#open.delete(folder),
      });
    } catch (error) {
      this.#open.delete(folder);
      throw error;
    }
  }

  async forget(key: LedgerKey): Promise<void> {
    await remove(this.#folderOf(key));
  }

  async forgetSink(sink: string): Promise<void> {
    await remove(join(this.#root, pathSegment(sink)));
  }

  #folderOf({ sink, stream, projectId, day }: LedgerKey): string {
    return join(this.#root, ...[sink, stream, projectId, day ?? 'snapshot'].map(pathSegment));
  }
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch((error) => {
    throw fileError(folder, error);
  });
}
