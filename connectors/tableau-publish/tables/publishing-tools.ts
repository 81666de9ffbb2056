import type { Findings } from '../../../src/deliver/tally/findings.js';
import type { OutputFolder } from '../../../src/files/output-folder.js';
import type { Log } from '../../../src/log/log.js';
import type { DataSources } from '../server/data-sources.js';

/** What the tables of one run are published with. */
export interface PublishingTools {
  readonly folder: OutputFolder;
  readonly sources: DataSources;
  /** How messages call the project. */
  readonly where: string;
  /** Server, site and project, for what is noted of them. */
  readonly target: string;
  readonly prefix: string;
  readonly updates: 'changes' | 'replace';
  /** The most that an update brings, in bytes. */
  readonly updateBytes: number;
  readonly findings: Findings;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Does one thing after the other: a group of rows is in memory once, however many tables wait for the server. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** A row that no Parquet file can have, and why. */
  noteRefused(table: string, words: string): void;
}
