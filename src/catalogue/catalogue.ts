import type { z } from 'zod';
import type { Command, CommandGroup } from './command.js';
import type { SinkType } from './sink-type.js';
import type { SourceType } from './source-type.js';
import type { StateType } from './state-type.js';

export interface Connectors {
  /** Every kind of source by the name that `type` has in the configuration. */
  readonly sources: Readonly<Record<string, SourceType>>;
  /** Every kind of sink, likewise. Those of other people are found by their path or package. */
  readonly sinks: Readonly<Record<string, SinkType<z.ZodObject>>>;
  /** Every kind of place for the state beside the file, likewise. Default: none. */
  readonly states?: Readonly<Record<string, StateType>>;
  /** Kinds of other people that a program hands over instead of a path. Default: none. */
  readonly foreignSinks?: Readonly<Record<string, SinkType>>;
}

/**
 * What a program is made of: everything in it that knows a vendor. The core is handed one and imports none of it.
 */
export interface Catalogue {
  /** What the program says of itself in `--help`. */
  readonly about: string;
  /** Imports its sources and sinks: what needs no configuration, such as `--help`, does without them. */
  connectors(): Promise<Connectors>;
  /** In the order in which `--help` lists them. */
  readonly commands: readonly (Command | CommandGroup)[];
  /** What is run without a file when the environment has a key. */
  readonly withoutFile: {
    /** The variable that holds it. */
    readonly variable: string;
    readonly config: string;
    /** What to do where there is neither a file nor a key. */
    readonly hint: string;
  };
}
