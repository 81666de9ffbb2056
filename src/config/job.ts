import type { Sink } from '../catalogue/sink.js';
import type { SinkContext } from '../catalogue/sink-type.js';
import type { Source } from '../catalogue/source.js';
import type { SourceContext, SourceLimits } from '../catalogue/source-type.js';
import type { StateContext, StateRows } from '../catalogue/state-type.js';
import type { Secret } from '../secrets/secret.js';
import type { Stream } from '../streams/stream.js';
import type { Environment } from './references/references.js';
import type { BudgetSettings } from './settings/config-schema.js';
import type { WindowSettings } from './settings/window.js';

/** The source of a job, not opened yet. */
export interface JobSource {
  /** Its type in the catalogue, such as `deepgram`. */
  readonly type: string;
  /** Ids or names of the projects to read. */
  readonly projects: 'all' | readonly string[];
  readonly limits: SourceLimits;
  /** See `SourceType`. */
  lineFor(name: string, streams: readonly Stream[]): string | undefined;
  nameIn(remembered: unknown): string | undefined;
  mergeMemory(base: unknown, mine: unknown, theirs: unknown): unknown;
  /** Its own settings, as the schema of its type has parsed them; undefined where only the environment can say them. */
  readonly settings: unknown;
  /** What its type finds likely to be wrong with them. */
  readonly doubt: string | undefined;
  /** Loads the source's implementation and makes it. */
  open(context: SourceContext): Promise<Source>;
}

/** A sink of a job, not opened yet. */
export interface JobSink {
  /** Its name in the configuration. */
  readonly name: string;
  /** Its type in the catalogue, such as `tableau-csv`, or the module that has it. */
  readonly type: string;
  /** False: its failure does not fail the run. */
  readonly required: boolean;
  /** The streams that it gets, in the order of the job's. Never empty. */
  readonly streams: readonly Stream[];
  /** Milliseconds that one call of the sink may take. */
  readonly deadlineMs: number;
  /** What becomes of what was delivered and is not there any more. */
  readonly missing: 'deliver' | 'leave';
  /** Absolute paths of the folders that it writes, and addresses of objects. */
  readonly outputPaths: readonly string[];
  /** Where it delivers to, in words that change when that changes. */
  readonly destination: string;
  /** Likewise its own settings. */
  readonly settings: unknown;
  /** Loads the sink's implementation and makes it. */
  open(context: SinkContext): Promise<Sink>;
}

/** Where the state of a job is kept: in a file, or in rows of a place of one of the catalogue's types. */
export type JobState =
  | {
      /** Absolute, or the address of an object. */
      readonly path: string;
    }
  | {
      readonly path?: undefined;
      /** Its type in the catalogue, such as `postgres`. */
      readonly type: string;
      /** Its own settings, as the schema of its type has parsed them; undefined where only the environment can say them. */
      readonly settings: unknown;
      /** Loads the implementation and makes it. */
      open(context: StateContext): Promise<StateRows>;
    };

/** All that a run needs to know, checked and with every default put in. Settings keep their YAML names. */
export interface Job {
  /** Absolute. Relative paths of the configuration start there. */
  readonly folder: string;
  /** The variables that it was read with, for what its sources and sinks take from there by themselves. */
  readonly env: Environment;
  readonly source: JobSource;
  /** The streams that are read, in the order in which they are read. */
  readonly streams: readonly Stream[];
  readonly window: WindowSettings;
  readonly state: JobState;
  /** Undefined where there is none. */
  readonly budget: BudgetSettings | undefined;
  /** In the order of the file. Never empty. */
  readonly sinks: readonly JobSink[];
  /** Every secret of the configuration, for the mask. */
  readonly secrets: readonly Secret[];
}
