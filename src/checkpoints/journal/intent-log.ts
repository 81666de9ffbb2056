import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { withFileError } from '../../files/file-error.js';
import type { OutputFolder } from '../../files/output-folder.js';
import { journalRefused, readJournalFile } from './journal-file.js';

/**
 * Batches are numbered from 1 in every log. An intent says that the one before it was acknowledged; `without` says which
 * of its keys, by their places, are done with and not there.
 */
const logEntry = z.union([
  z.strictObject({ intent: z.int(), keys: z.array(z.string()) }),
  z.strictObject({ done: z.int(), without: z.array(z.int()).optional() }),
]);
type LogEntry = z.output<typeof logEntry>;

/** What a log tells, as keys of records. */
export interface LoggedIntents {
  readonly acknowledged: readonly string[];
  /** Done with, and not there: refused, or left out. */
  readonly undelivered: readonly string[];
  /** On their way when the process ended: the receiver may have them or not. */
  readonly inDoubt: readonly string[];
}

export type IntentLog = Awaited<ReturnType<typeof createIntentLog>>;

/**
 * Starts an empty log, in place of one that is settled. It is a write-ahead log of what is about to be delivered and what
 * was, a line each with its checksum. An intent is on the disk before the batch leaves; the mark that it was
 * acknowledged gets there with the next intent at the latest.
 */
export async function createIntentLog(folder: OutputFolder, name: string) {
  await folder.replaceFile([name], async () => {}); // which also makes its name durable
  const path = folder.path([name]);
  const handle = await withFileError(path, () => open(path, constants.O_WRONLY | constants.O_APPEND));
  let last = 0;
  let bytes = 0;
  const append = async (entry: LogEntry): Promise<void> => {
    const json = JSON.stringify(entry);
    const line = Buffer.from(`${checksum(json)} ${json}\n`);
    await withFileError(path, () => handle.appendFile(line));
    bytes += line.length;
  };
  return {
    get bytes() {
      return bytes;
    },
    /** Resolves when the intent would survive a power cut. */
    intend: async (keys: readonly string[]): Promise<void> => {
      last += 1;
      await append({ intent: last, keys: [...keys] });
      await withFileError(path, () => handle.datasync());
    },
    /** Marks the last intent as acknowledged by the receiver, but for the keys at these places. */
    done: (without: readonly number[]) =>
      append({ done: last, ...(without.length === 0 ? {} : { without: [...without] }) }),
    close: () => withFileError(path, () => handle.close()),
  };
}

/**
 * Reads a log back; undefined where there is none. A line that a power cut tore is the last one, and what it
 * announced was never sent; anything else that is missing is damage and refused.
 */
export async function readIntents(path: string): Promise<LoggedIntents | undefined> {
  const bytes = await readJournalFile(path);
  if (!bytes) return undefined;
  const acknowledged: string[] = [];
  const undelivered: string[] = [];
  let last = 0;
  let inDoubt: readonly string[] = [];
  for (const line of bytes.toString().split('\n')) {
    const entry = entryOf(line, path);
    if (!entry) continue; // the numbers tell whether an intent is missing, and only an intent can be missed
    if ('intent' in entry ? entry.intent !== last + 1 : entry.done !== last)
      throw journalRefused(path, `it is damaged after batch ${last}`);
    const without = new Set('done' in entry ? entry.without : []);
    for (const [at, key] of inDoubt.entries()) (without.has(at) ? undelivered : acknowledged).push(key);
    if ('intent' in entry) last = entry.intent;
    inDoubt = 'intent' in entry ? entry.keys : [];
  }
  return { acknowledged, undelivered, inDoubt };
}

function entryOf(line: string, path: string): LogEntry | undefined {
  const json = line.slice(9);
  if (line.slice(0, 9) !== `${checksum(json)} `) return undefined;
  const result = logEntry.safeParse(JSON.parse(json));
  if (result.success) return result.data;
  throw journalRefused(path, 'a line of it is whole, and this program does not know what it means');
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
