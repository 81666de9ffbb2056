import { OutputFolder } from '../../files/output-folder.js';
import type { Clock } from '../../time/clock.js';
import type { PartitionStorage } from './append-partition.js';
import { readIds, writeIds } from './id-file.js';
import { IdSet } from './id-set.js';
import { createIntentLog, type IntentLog, readIntents } from './intent-log.js';
import { recordId } from './record-key.js';

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
 * A partition in a folder: its ids sorted in a file, and beside it a log of what came since.
 *
 * @param options.foldAtBytes length at which the log of intents is folded into the sorted file
 */
export async function partitionInFolder(
  root: string,
  { foldAtBytes, clock }: { readonly foldAtBytes: number; readonly clock: Clock },
): Promise<PartitionStorage> {
  const folder = new OutputFolder(root, { ownerOnly: true, clock });
  const left = await readIntents(folder.path([LOG]));
  const delivered = new IdSet(await readIds(folder.path([IDS])));
  const undelivered = new IdSet(await readIds(folder.path([UNDELIVERED])));
  for (const key of left?.acknowledged ?? []) delivered.add(recordId(key));
  for (const key of left?.undelivered ?? []) undelivered.add(recordId(key));
  let log: IntentLog | undefined;

  /** A log that outlives this, in a crash, only says again what the sorted file says. */
  const fold = async (): Promise<void> => {
    if (undelivered.size > 0) await writeIds(folder, UNDELIVERED, undelivered.sorted());
    await writeIds(folder, IDS, delivered.sorted());
    await log?.close();
    log = undefined;
    await folder.removeFile([LOG]);
  };
  return {
    delivered,
    undelivered,
    inDoubt: left?.inDoubt,
    settle: fold,
    intend: async (keys) => {
      log ??= await createIntentLog(folder, LOG);
      await log.intend(keys);
    },
    done: async (keys, without) => {
      if (!log) throw new Error('done with what was never intended');
      await log.done(keys.flatMap((key, at) => (without.has(key) ? [at] : [])));
      if (log.bytes >= foldAtBytes) await fold();
    },
    fold: async () => {
      if (log) await fold();
    },
    close: async () => log?.close(),
  };
}
