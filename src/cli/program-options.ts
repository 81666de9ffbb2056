import type { SinkType } from '../catalogue/sink-type.js';
import type { LogFields } from '../log/log.js';
import type { Clock } from '../time/clock.js';

/** What a program asks for: what `deepgram-export sync` does, with its options by their names. */
export interface SyncJob {
  /** The YAML file, as with `--config`. Relative paths in it start at its folder. */
  readonly config: string;
  /** The path of the file starts there. Default: the working directory of the process. */
  readonly cwd?: string;
  /** What `${NAME}` in the file means. Default: nothing, not even what the process has. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Ends the run as an interrupt does: what was committed stays. */
  readonly signal?: AbortSignal;
  /** Told what the command would log, with secrets masked. Default: nobody is. */
  readonly onLog?: (entry: LogEntry) => void;
  /** Kinds of sinks that the file can name as `type`, beside ours and those of modules. */
  readonly sinks?: Readonly<Record<string, SinkType>>;
  readonly since?: string;
  readonly until?: string;
  /** In place of the two: `this`, `last` or `YYYY-MM`. */
  readonly month?: string;
  /** In place of the two, too. Default false. */
  readonly yesterday?: boolean;
  /** Default false. */
  readonly dryRun?: boolean;
  /** Default false. */
  readonly noState?: boolean;
  /** Default: that of the system. */
  readonly clock?: Clock;
}

export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}
