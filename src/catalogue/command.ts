import type { ArgumentsCamelCase, InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import type { CliContext } from './cli-context.js';

/** A command of the program. Cheap to import: `--help` lists it. */
export interface Command {
  /** What is written to run it, and its positional arguments: `install`, `init [file]`. */
  readonly name: string;
  readonly describe: string;
  readonly positionals?: Readonly<Record<string, PositionalOptions>>;
  /** All that it takes: its own, and the groups of `src/cli/options` that it asks for, in the order of its help. */
  readonly options: Readonly<Record<string, Options>>;
  /** Imports the implementation, which returns the exit code. */
  load(): Promise<(options: never, context: CliContext) => Promise<number>>;
}

/** The commands of one vendor: `deepgram-export datadog install`. */
export interface CommandGroup {
  readonly name: string;
  readonly describe: string;
  readonly commands: readonly Command[];
}

/** Sees to it that the implementation takes what the options give. */
export function defineCommand<
  Own extends Readonly<Record<string, Options>>,
  Positionals extends Readonly<Record<string, PositionalOptions>> = Readonly<Record<never, never>>,
>(command: {
  readonly name: string;
  readonly describe: string;
  readonly positionals?: Positionals;
  readonly options: Own;
  load(): Promise<
    (
      options: ArgumentsCamelCase<InferredOptionTypes<Own> & InferredOptionTypes<Positionals>>,
      context: CliContext,
    ) => Promise<number>
  >;
}): Command {
  return command;
}
