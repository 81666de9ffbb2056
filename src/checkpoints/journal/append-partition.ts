import type { IdSet } from './id-set.js';
import { recordId } from './record-key.js';

/** Which of these keys the receiver has. */
export type AskReceiver = (keys: readonly string[]) => Promise<ReadonlySet<string>>;

/** What an append sink has of one partition. Batches are announced and acknowledged one after the other. */
export type JournalPartition = Awaited<ReturnType<typeof openPartition>>;

/** Where what is known of a partition is kept. The sets are as it was loaded, and grow with the partition. */
export interface PartitionStorage {
  readonly delivered: IdSet;
  /** Done with, and not there: refused, or left out. */
  readonly undelivered: IdSet;
  /**
   * Keys of records that were on their way when a run ended: the receiver may have them or not. Undefined where the run
   * before came to its end.
   */
  readonly inDoubt: readonly string[] | undefined;
  /** Keeps which of those in doubt are there; the sets have them. */
  settle(there: readonly string[]): Promise<void>;
  /** Resolves when it is kept, whatever happens, that these records are about to leave. */
  intend(keys: readonly string[]): Promise<void>;
  /** Keeps that the last intent is done with; the sets have its records. */
  done(keys: readonly string[], without: ReadonlySet<string>): Promise<void>;
  /** Puts what is kept into its shortest form. */
  fold(): Promise<void>;
  /** Leaves what is kept to the next opening. */
  close(): Promise<void>;
}

/**
 * Opens partitions by their places, each by one at a time.
 *
 * @param load what is kept at a place
 */
export function partitionsAt(load: (place: string) => Promise<PartitionStorage>) {
  const opened = new Set<string>();
  return async (place: string, ask: AskReceiver): Promise<JournalPartition> => {
    if (opened.has(place)) throw new Error(`the deliveries in ${place} are open already`);
    opened.add(place);
    const onClose = () => opened.delete(place);
    try {
      return await openPartition(await load(place), ask, onClose);
    } catch (error) {
      onClose();
      throw error;
    }
  };
}

/** Opens a partition and settles what an earlier run left in doubt. */
async function openPartition(storage: PartitionStorage, ask: AskReceiver, onClose: () => void) {
  const { delivered, undelivered, inDoubt } = storage;
  let announced: readonly string[] | undefined;
  /** What is being kept; never rejects. */
  let underWay: Promise<void> = Promise.resolve();
  let isClosed = false;

  const isUndelivered = (key: string): boolean => undelivered.has(recordId(key));
  const has = (key: string): boolean => delivered.has(recordId(key)) || isUndelivered(key);
  const add = (keys: readonly string[], to = delivered): void => {
    for (const key of keys) to.add(recordId(key));
  };
  const beforeClose = async (step: () => Promise<void>): Promise<void> => {
    const running = step();
    underWay = running.catch(() => {}); // told to whoever asked for it
    await running;
  };
  /** What was acknowledged and what is in doubt is the next opening's. */
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await underWay;
    try {
      await storage.close();
    } finally {
      onClose();
    }
  };

  if (inDoubt !== undefined) {
    const open = inDoubt.filter((key) => !has(key));
    const found = open.length > 0 ? await ask(open) : undefined;
    const there = open.filter((key) => found?.has(key));
    add(there);
    await storage.settle(there);
  }
  return {
    /** True for a record that is done with. */
    has,
    /** True for one that is done with although the receiver does not have it. */
    isUndelivered,
    /** Records that it knew when it was opened. */
    known: delivered.size + undelivered.size,
    /** Records that it should know and does not: they were sent, and it cannot be told which. */
    missing: 0,
    /** Resolves when it is kept that these records are about to leave. */
    announce: async (keys: readonly string[]): Promise<void> => {
      if (isClosed) throw new Error('announced a batch after the end');
      if (announced) throw new Error('the batch before was announced and not acknowledged');
      announced = keys;
      await beforeClose(() => storage.intend(keys));
    },
    /**
     * The receiver has the announced records, but for these, which are done with all the same. After `close` it is too
     * late: they stay in doubt.
     */
    acknowledged: async (without: readonly string[] = []): Promise<void> => {
      if (isClosed) return;
      const keys = announced;
      if (!keys) throw new Error('acknowledged what was not announced');
      await beforeClose(async () => {
        const isWithout = new Set(without);
        add(keys.filter((key) => !isWithout.has(key)));
        add(without, undelivered);
        await storage.done(keys, isWithout);
        announced = undefined;
      });
    },
    /** Brings the partition into its shortest form and closes it. */
    commit: async (): Promise<void> => {
      if (announced) throw new Error('a batch was announced and not acknowledged');
      await beforeClose(() => storage.fold());
      await close();
    },
    close,
  };
}
