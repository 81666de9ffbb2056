import { onTestFinished } from 'vitest';
import type { StandIn } from '../../../connectors/stand-ins/deepgram/stand-in.js';
import type { StandInOptions } from '../../../connectors/stand-ins/deepgram/stand-in-options.js';
import { NOW, Terminal, type TerminalOptions } from '../../cli/terminal.js';
import { account, jobText, KEY } from '../../cli/world.js';
import { postgresServer, type TestDatabase } from './postgres-server.js';

export interface PostgresWorld {
  readonly terminal: Terminal;
  readonly account: StandIn;
  readonly database: TestDatabase;
  /** Runs `sync` as of a moment (default: now), and says what it ended with. */
  sync(...argv: readonly string[]): Promise<number>;
}

export interface WorldOptions extends TerminalOptions {
  readonly account?: StandInOptions;
  /** Settings of the sink beside its URL: `keep: { … }`. */
  readonly settings?: string;
  readonly window?: string;
  /** Settings of a state in the same database: `schema: …`. Default: it is in a file. */
  readonly state?: string;
  /** Of `create database`. */
  readonly databaseOptions?: string;
  /** Sinks beside that of the database. */
  readonly sinks?: readonly string[];
  /** Default: that of the administrator. */
  readonly url?: (database: TestDatabase) => string;
}

/** A small account, an empty database and a job from the one to the other; they end with the test. */
export async function postgresWorld(options: WorldOptions = {}): Promise<PostgresWorld> {
  const server = await postgresServer();
  const database = await server.database(options.databaseOptions);
  onTestFinished(() => database.drop());
  const standIn = await account(options.account);
  const env = { DEEPGRAM_API_KEY: KEY, DATABASE_URL: options.url?.(database) ?? database.url };
  const terminal = await Terminal.open({ ...options, env });
  const own = options.settings === undefined ? '' : `, ${options.settings}`;
  const text = jobText(standIn.url, [
    `db: { type: postgres, url: "\${DATABASE_URL}"${own} }`,
    ...(options.sinks ?? []),
  ]);
  const state =
    options.state === undefined
      ? ''
      : `state: { type: postgres, url: "\${DATABASE_URL}", ${options.state} }\n`;
  await terminal.write('job.yaml', text.replace('since: 1d', options.window ?? 'since: 1d') + state);
  return {
    terminal,
    account: standIn,
    database,
    sync: (...argv) => terminal.again().run('sync', '-c', 'job.yaml', ...argv),
  };
}

export { NOW };
