import type { StandIn } from '../../connectors/stand-ins/deepgram/stand-in.js';
import type { StandInOptions } from '../../connectors/stand-ins/deepgram/stand-in-options.js';
import type { ObjectStore, ObjectStoreOptions } from '../../connectors/stand-ins/s3/object-store.js';
import { NOW, Terminal, type TerminalOptions } from '../cli/terminal.js';
import { account, jobText, KEY } from '../cli/world.js';
import { environmentOf, runningStore } from './running-store.js';

export interface ObjectWorld {
  readonly terminal: Terminal;
  readonly account: StandIn;
  readonly store: ObjectStore;
  /** The configuration. */
  readonly job: string;
  /** Runs the program, as a machine would that has nothing but the configuration; says what it ended with. */
  run(command: string, ...argv: readonly string[]): Promise<Run>;
}

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ObjectWorldOptions extends TerminalOptions {
  readonly account?: StandInOptions;
  readonly store?: Partial<ObjectStoreOptions>;
  readonly sinks: readonly string[];
  /** The address of the state. Default: it is in a file. */
  readonly state?: string;
  /** Default: two days. */
  readonly window?: string;
}

/** A small account, an empty store and a job from the one to the other; they end with the test. */
export async function objectWorld(options: ObjectWorldOptions): Promise<ObjectWorld> {
  const store = await runningStore({ now: options.clock?.now ?? (() => NOW), ...options.store });
  const standIn = await account(options.account);
  const env = { DEEPGRAM_API_KEY: KEY, ...environmentOf(store), ...options.env };
  const terminal = await Terminal.open({ ...options, env });
  const text = jobText(standIn.url, options.sinks).replace('since: 1d', options.window ?? 'since: 1d');
  const state = options.state === undefined ? '' : `state: { path: "${options.state}" }\n`;
  const job = text + state;
  await terminal.write('job.yaml', job);
  return {
    terminal,
    account: standIn,
    store,
    job,
    run: async (command, ...argv) => {
      const started = terminal.again();
      const code = await started.run(...command.split(' '), '-c', 'job.yaml', ...argv);
      return { code, stdout: started.stdout, stderr: started.stderr };
    },
  };
}
