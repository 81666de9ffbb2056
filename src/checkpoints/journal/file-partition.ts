import { OutputFolder } from '../../files/output-folder.js';
import type { Clock } from '../../time/clock.js';
import { readIds, writeIds } from './id-file.js';
import { IdSet } from './id-set.js';
import { createIntentLog, type IntentLog, readIntents } from './intent-log.js';
import { recordId } from './record-key.js';

/** Which of these keys the receiver has. */
export type AskReceiver = (keys: readonly string[]) => Promise<ReadonlySet<string>>;

/** What an append sink has of one partition. Batches are announced and acknowledged one after the other. */
export type JournalPartition = Awaited<ReturnType<typeof openPartition>>;

const IDS = 'delivered.ids';
/** Only where there are any. */
const UNDELIVERED = 'undelivered.ids';
const LOG = 'journal';

/** @throws ExportError `STATE_REFUSED` for what is damaged or cannot be read */
export async function checkPartition(root: string): Promise<void> {
  const folder = new OutputFolder(root);
  await readIntents(folder.path([LOG]));
  await readIds(folder.path([IDS]));
  await readIds(folder.path([UNDELIVERED]));
}

/**
 * Opens a partition and settles what an earlier run left in doubt.
 *
 * @param options.foldAtBytes length at which the log of intents is folded into the sorted file
 */
export async function openPartition(
  root: string,
  {
    ask,
    foldAtBytes,
    clock,
    onClose,
  }: {
    readonly ask: AskReceiver;
    readonly foldAtBytes: number;
    readonly clock: Clock;
    readonly onClose: () => void;
  },
) {
  const folder = new OutputFolder(root, { ownerOnly: true, clock });
  const left = await readIntents(folder.path([LOG]));
  const ids = new IdSet(await readIds(folder.path([IDS])));
  const undelivered = new IdSet(await readIds(folder.path([UNDELIVERED])));
  let log: IntentLog | undefined;
  let announced: readonly string[] | undefined;
  /** What is being written to the log; never rejects. */
  let underWay: Promise<void> = Promise.resolve();
  let isClosed = false;

  const isUndelivered = (key: string): boolean => undelivered.has(recordId(key));
  const has = (key: string): boolean => ids.has(recordId(key)) || isUndelivered(key);
  const add = (keys: readonly string[], to = ids): void => {
    for (const key of keys) to.add(recordId(key));
  };
  /** A log that outlives this, in a crash, only says again what the sorted file says. */
  const fold = async (): Promise<void> => {
    if (undelivered.size > 0) await writeIds(folder, UNDELIVERED, undelivered.sorted());
    await writeIds(folder, IDS, ids.sorted());
    await log?.close();
    log = undefined;
    await folder.removeFile([LOG]);
  };
  const beforeClose = async (step: () => Promise<void>): Promise<void> => {
    const running = step();
    underWay = running.catch(() => {}); // told to whoever asked for it
    await running;
  };
  /** Leaves the log to the next opening, with what was acknowledged and what is in doubt. */
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await underWay;
    try {
      await log?.close();
    } finally {
      onClose();
    }
  };

  if (left) {
    add(left.acknowledged);
    add(left.undelivered, undelivered);
    const inDoubt = left.inDoubt.filter((key) => !has(key));
    const there = inDoubt.length > 0 ? await ask(inDoubt) : undefined;
    add(inDoubt.filter((key) => there?.has(key)));
    await fold();
  }
  return {
    /** True for a record that is done with. */
    has,
    /** True for one that is done with although the receiver does not have it. */
    isUndelivered,
    /** Records that it knew when it was opened. */
    known: ids.size + undelivered.size,
    /** Records that it should know and does not: they were sent, and it cannot be told which. */
    missing: 0,
    /** Resolves when it is on the disk that these records are about to leave. */
    announce: async (keys: readonly string[]): Promise<void> => {
      if (isClosed) throw new Error('announced a batch after the end');
      if (announced) throw new Error('the batch before was announced and not acknowledged');
      announced = keys;
      await beforeClose(async () => {
        log ??= await createIntentLog(folder, LOG);
        await log.intend(keys);
      });
    },
    /**
     * The receiver has the announced records, but for these, which are done with all the same. After `close` it is too
     * late: they stay in doubt.
     */
    acknowledged: async (without: readonly string[] = []): Promise<void> => {
      if (isClosed) return;
      const [current, keys] = [log, announced];
      if (!current || !keys) throw new Error('acknowledged what was not announced');
      await beforeClose(async () => {
        const isWithout = new Set(without);
        await current.done(keys.flatMap((key, at) => (isWithout.has(key) ? [at] : [])));
        add(keys.filter((key) => !isWithout.has(key)));
        add(without, undelivered);
        announced = undefined;
        if (current.bytes >= foldAtBytes) await fold();
      });
    },
    /** Folds the log into the sorted file and closes the partition. */
    commit: async (): Promise<void> => {
      if (announced) throw new Error('a batch was announced and not acknowledged');
      if (log) await beforeClose(fold);
      await close();
    },
    close,
  };
}
