import { onTestFinished } from 'vitest';
import type { StandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import type { StandInOptions } from '../../../../connectors/stand-ins/deepgram/stand-in-options.js';
import { Terminal, type TerminalOptions } from '../../../cli/terminal.js';
import { ARCHIVE, account, jobText, KEY } from '../../../cli/world.js';
import { postgresServer, type TestDatabase } from '../postgres-server.js';

export interface StateWorld {
  readonly terminal: Terminal;
  readonly account: StandIn;
  readonly database: TestDatabase;
  /** Runs the program, as a machine would that has nothing but the configuration; says what it ended with. */
  run(command: string, ...argv: readonly string[]): Promise<Run>;
}

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StateWorldOptions extends TerminalOptions {
  readonly account?: StandInOptions;
  /** Settings of the state beside its URL. */
  readonly settings?: string;
  /** Default: an archive of files. */
  readonly sinks?: readonly string[];
  /** Default: that of the administrator. */
  readonly url?: (database: TestDatabase) => string;
  readonly window?: string;
}

/** A small account, an empty database for the state, and a job; they end with the test. */
export async function stateWorld(options: StateWorldOptions = {}): Promise<StateWorld> {
  const database = await (await postgresServer()).database();
  onTestFinished(() => database.drop());
  const standIn = await account(options.account);
  const env = { DEEPGRAM_API_KEY: KEY, STATE_URL: options.url?.(database) ?? database.url, ...options.env };
  const terminal = await Terminal.open({ ...options, env });
  const own = options.settings === undefined ? '' : `, ${options.settings}`;
  const text = jobText(standIn.url, options.sinks ?? [ARCHIVE]).replace(
    'since: 1d',
    options.window ?? 'since: 1d',
  );
  await terminal.write('job.yaml', `${text}state: { type: postgres, url: "\${STATE_URL}"${own} }\n`);
  return {
    terminal,
    account: standIn,
    database,
    run: async (command, ...argv) => {
      const started = terminal.again();
      const code = await started.run(...command.split(' '), '-c', 'job.yaml', ...argv);
      return { code, stdout: started.stdout, stderr: started.stderr };
    },
  };
}
