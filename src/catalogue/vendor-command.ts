import type { ArgumentsCamelCase, InferredOptionTypes, Options } from 'yargs';
import type { CliContext } from '../cli/cli-context.js';
import type { LogOptions } from '../cli/options/log-options.js';

/** A command that belongs to one vendor. Cheap to import: `--help` lists it. */
export interface ConnectorCommand {
  /** What is written after the group: `install`. */
  readonly name: string;
  readonly describe: string;
  /** Its own options; those of the configuration and of the log are every command's and are added. */
  readonly options: Readonly<Record<string, Options>>;
  /** Imports the implementation, which returns the exit code. */
  load(): Promise<(options: never, context: CliContext) => Promise<number>>;
}

/** The commands of one vendor: `deepgram-export datadog install`. */
export interface ConnectorCommands {
  readonly name: string;
  readonly describe: string;
  readonly commands: readonly ConnectorCommand[];
}

type Given<Own extends Readonly<Record<string, Options>>> = ArgumentsCamelCase<InferredOptionTypes<Own>> &
  LogOptions & { readonly config?: string | undefined };

/** Sees to it that the implementation takes what the options give. */
export function defineCommand<Own extends Readonly<Record<string, Options>>>(command: {
  readonly name: string;
  readonly describe: string;
  readonly options: Own;
  load(): Promise<(options: Given<Own>, context: CliContext) => Promise<number>>;
}): ConnectorCommand {
  return command;
}
