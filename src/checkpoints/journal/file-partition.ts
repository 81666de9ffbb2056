import { OutputFolder } from '../../files/output-folder.js';
import { readIds, writeIds } from './id-file.js';
import { IdSet } from './id-set.js';
import { IntentLog, readIntents } from './intent-log.js';
import { recordId } from './record-key.js';

/** Which of these keys the receiver has. */
export type AskReceiver = (keys: readonly string[]) => Promise<ReadonlySet<string>>;

export interface FilePartitionOptions {
  readonly ask: AskReceiver;
  /** Length at which the log of intents is folded into the sorted file, in bytes. */
  readonly foldAtBytes: number;
  readonly onClose: () => void;
}

const IDS = 'delivered.ids';
const LOG = 'journal';

/** What one append sink has of one partition. Batches are announced and acknowledged one after the other. */
export class FilePartition {
  readonly #folder: OutputFolder;
  readonly #options: FilePartitionOptions;
  readonly #ids: IdSet;
  #log: IntentLog | undefined;
  #announced: readonly string[] | undefined;
  /** What is being written to the log; never rejects. */
  #underWay: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(folder: OutputFolder, options: FilePartitionOptions, ids: IdSet) {
    this.#folder = folder;
    this.#options = options;
    this.#ids = ids;
  }

  /** Opens a partition and settles what an earlier run left in doubt. */
  static async open(root: string, options: FilePartitionOptions): Promise<FilePartition> {
    const folder = new OutputFolder(root);
    const found = await readIntents(folder.path([LOG]));
    const partition = new FilePartition(folder, options, new IdSet(await readIds(folder.path([IDS]))));
    if (!found) return partition;
    partition.#add(found.acknowledged);
    const inDoubt = found.inDoubt.filter((key) => !partition.has(key));
    if (inDoubt.length > 0) {
      const there = await options.ask(inDoubt);
      partition.#add(inDoubt.filter((key) => there.has(key)));
    }
    await partition.#fold();
    return partition;
  }

  has(key: string): boolean {
    return this.#ids.has(recordId(key));
  }

  /** Resolves when it is on the disk that these records are about to leave. */
  async announce(keys: readonly string[]): Promise<void> {
    if (this.#isClosed) throw new Error('announced a batch after the end');
    if (this.#announced) throw new Error('the batch before was announced and not acknowledged');
    this.#announced = keys;
    await this.#beforeClose(async () => {
      this.#log ??= await IntentLog.create(this.#folder, LOG);
      await this.#log.intend(keys);
    });
  }

  /** The receiver has the announced records. After {@link close} it is too late: they stay in doubt. */
  async acknowledged(): Promise<void> {
    if (this.#isClosed) return;
    const [log, announced] = [this.#log, this.#announced];
    if (!log || !announced) throw new Error('acknowledged what was not announced');
    await this.#beforeClose(async () => {
      await log.done();
      this.#add(announced);
      this.#announced = undefined;
      if (log.bytes >= this.#options.foldAtBytes) await this.#fold();
    });
  }

  /** Folds the log into the sorted file and closes the partition. */
  async commit(): Promise<void> {
    if (this.#announced) throw new Error('a batch was announced and not acknowledged');
    if (this.#log) await this.#beforeClose(() => this.#fold());
    await this.close();
  }

  /** Leaves the log to the next opening, with what was acknowledged and what is in doubt. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#underWay;
    try {
      await this.#log?.close();
    } finally {
      this.#options.onClose();
    }
  }

  async #beforeClose(step: () => Promise<void>): Promise<void> {
    const running = step();
    this.#underWay = running.catch(() => {}); // told to whoever asked for it
    await running;
  }

  #add(keys: readonly string[]): void {
    for (const key of keys) this.#ids.add(recordId(key));
  }

  /** A log that outlives this, in a crash, only says again what the sorted file says. */
  async #fold(): Promise<void> {
    await writeIds(this.#folder, IDS, this.#ids.sorted());
    await this.#log?.close();
    this.#log = undefined;
    await this.#folder.removeFile([LOG]);
  }
}
