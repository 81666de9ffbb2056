import type { z } from 'zod';
import type { Log } from '../log/log.js';
import type { Clock } from '../time/clock.js';
import type { LockOptions, StateLock } from './state-lock.js';
import type { RowKey, StateName, StateRow } from './state-row.js';

/** What becomes of rows, all of it or nothing. */
export interface RowChanges {
  /** To be there; one of the same kind, name and part is replaced. Default: none. */
  readonly rows?: readonly StateRow[];
  /** To be gone, but for what is in `rows`. Default: nothing. */
  readonly dropped?: readonly StateName[];
}

/** What can be done in one transaction. */
export interface RowTransaction {
  /** Those of these that are there, as they are now. */
  find(keys: readonly RowKey[]): Promise<readonly StateRow[]>;
  write(changes: RowChanges): Promise<void>;
}

/** What runs that share a state do beside what a run does that has it alone. */
export interface SharedRows {
  /** Reads and writes as one transaction, while no other of them does. All or nothing. */
  alone<Result>(work: (transaction: RowTransaction) => Promise<Result>): Promise<Result>;
  /**
   * Takes a name, so that none of the others has it until it is given back, or this process is gone. Answers with how to
   * give it back; undefined where another one has it.
   */
  claim(name: string): Promise<(() => Promise<void>) | undefined>;
  /**
   * For sinks that may be in the same database: what they write checkpoints with; see `PartitionCheckpoint`. Left out where no
   * sink can.
   */
  readonly writer?: object;
}

/** What several processes have tried to do and given up. */
export interface GivenUp {
  /** What the project is called; undefined where it is about all of them. */
  readonly project: string | undefined;
  readonly what: string;
  readonly why: string;
  /** What to do. */
  readonly hint: string | undefined;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** Where a state is kept that is no file: rows of text, by kind, name and part, which one run at a time may change, or such as share it. */
export interface StateRows {
  /** As users know it, without secrets. */
  readonly place: string;
  /** Tries what a run would need, and leaves nothing behind. Throws an `ExportError` that says what is missing. */
  check(signal: AbortSignal): Promise<void>;
  /**
   * Makes what is missing, once nobody else can.
   *
   * @throws ExportError `STATE_LOCKED` where another run holds it
   */
  lock(options: LockOptions): Promise<StateLock>;
  /**
   * The rows of a kind, or of one thing of that kind, or one part of that, in the order of their parts, as they were at one moment. None where
   * there is no state yet.
   *
   * @throws ExportError `STATE_UNREADABLE` where they cannot be read, `STATE_REFUSED` where a newer program wrote them
   */
  read(kind: string, name?: string, part?: number): Promise<readonly StateRow[]>;
  /** The names of a kind, each once. */
  names(kind: string): Promise<readonly string[]>;
  /** Under a lock that was taken shared. Left out where one run at a time is all that there can be. */
  readonly shared?: SharedRows;
  /** Only under the lock: what is written is kept when it resolves, and never after another run has the lock. */
  write(changes: RowChanges): Promise<void>;
  /** Gives rows another kind, so that they are kept and not found: all of a kind, or those of a name. Likewise. */
  move(kind: string, toKind: string, name?: string): Promise<void>;
  /** What workers that share it have given up. Left out where there are none. */
  givenUp?(): Promise<readonly GivenUp[]>;
  /** Frees what was opened; the lock is given back before. */
  dispose(): Promise<void>;
}

/** What the core hands to a state's type. */
export interface StateContext {
  /** Relative paths start here. */
  readonly cwd: string;
  readonly clock: Clock;
  readonly log: Log;
  /** With what a file of variables adds to it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends what is waited for. */
  readonly signal: AbortSignal;
}

/** A kind of place for the state: cheap to import, since `validate` does. */
export interface StateType<Settings extends z.ZodObject = z.ZodObject> {
  /** The settings of this type; `type` is added. */
  readonly settings: Settings;
  /** Imports the implementation, so that only what is configured is loaded. Contacts nobody. */
  open(settings: z.output<Settings>, context: StateContext): Promise<StateRows>;
}

/** Sees to it that a place takes what its schema gives. */
export function defineStateType<Settings extends z.ZodObject>(
  type: StateType<Settings>,
): StateType<Settings> {
  return type;
}
