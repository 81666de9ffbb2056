import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { fileError } from '../../files/file-error.js';
import type { OutputFolder } from '../../files/output-folder.js';
import { ledgerRefused, ledgerUnreadable } from './ledger-refused.js';

/** Batches are numbered from 1 in every journal. An intent says that the one before it was acknowledged. */
const journalEntry = z.union([
  z.strictObject({ intent: z.int(), keys: z.array(z.string()) }),
  z.strictObject({ done: z.int() }),
]);
type JournalEntry = z.output<typeof journalEntry>;

/** What a journal tells, as keys of records. */
export interface JournalFindings {
  readonly acknowledged: readonly string[];
  /** On their way when the process ended: the receiver may have them or not. */
  readonly inDoubt: readonly string[];
}

/**
 * What is about to be delivered and what was, a line each with its checksum. An intent is on the disk before the
 * batch leaves; the mark that it was acknowledged gets there with the next intent at the latest.
 */
export class LedgerJournal {
  readonly #path: string;
  readonly #handle: FileHandle;
  #last = 0;
  #bytes = 0;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Starts an empty journal in place of one that is settled. */
  static async create(folder: OutputFolder, name: string): Promise<LedgerJournal> {
    const empty = await folder.createFile([name]);
    await empty.commit(); // which also makes its name durable
    const path = folder.path([name]);
    const handle = await open(path, constants.O_WRONLY | constants.O_APPEND).catch((error) => {
      throw fileError(path, error);
    });
    return new LedgerJournal(path, handle);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves when the intent would survive a power cut. */
  async intend(keys: readonly string[]): Promise<void> {
    this.#last += 1;
    await this.#append({ intent: this.#last, keys: [...keys] });
    await this.#handle.datasync().catch((error) => {
      throw fileError(this.#path, error);
    });
  }

  /** Marks the last intent as acknowledged by the receiver. */
  async done(): Promise<void> {
    await this.#append({ done: this.#last });
  }

  async close(): Promise<void> {
    await this.#handle.close().catch((error) => {
      throw fileError(this.#path, error);
    });
  }

  async #append(entry: JournalEntry): Promise<void> {
    const line = Buffer.from(lineOf(entry));
    await this.#handle.appendFile(line).catch((error) => {
      throw fileError(this.#path, error);
    });
    this.#bytes += line.length;
  }
}

/**
 * Reads a journal back; undefined where there is none. A line that a power cut tore is the last one, and what it
 * announced was never sent; anything else that is missing is damage and refused.
 */
export async function readJournal(path: string): Promise<JournalFindings | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw ledgerUnreadable(path, error);
  });
  if (text === undefined) return undefined;
  const acknowledged: string[] = [];
  let last = 0;
  let inDoubt: readonly string[] = [];
  for (const line of text.split('\n')) {
    const entry = entryOf(line, path);
    if (!entry) continue; // the numbers tell whether an intent is missing, and only an intent can be missed
    if ('intent' in entry ? entry.intent !== last + 1 : entry.done !== last)
      throw ledgerRefused(path, `it is damaged after batch ${last}`);
    for (const key of inDoubt) acknowledged.push(key);
    if ('intent' in entry) last = entry.intent;
    inDoubt = 'intent' in entry ? entry.keys : [];
  }
  return { acknowledged, inDoubt };
}

function lineOf(entry: JournalEntry): string {
  const json = JSON.stringify(entry);
  return `${checksum(json)} ${json}\n`;
}

function entryOf(line: string, path: string): JournalEntry | undefined {
  const json = line.slice(9);
  if (line.slice(0, 9) !== `${checksum(json)} `) return undefined;
  const result = journalEntry.safeParse(JSON.parse(json));
  if (result.success) return result.data;
  throw ledgerRefused(path, 'a line of it is whole, and this program does not know what it means');
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
