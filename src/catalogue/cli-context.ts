import type { Screen } from '../log/screen.js';
import type { Clock } from '../time/clock.js';
import type { Catalogue } from './catalogue.js';

/** All that the program sees of the world outside; only `run-program.ts` reads the process itself. */
export interface ProgramContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly screen: Screen;
  readonly clock: Clock;
  /** Aborted when the user or the system wants the program to end. */
  readonly signal: AbortSignal;
  /** The exit code for that: 128 and the number of the signal. */
  readonly interruptCode: () => number | undefined;
  /** The file that the program is run by, and other processes of it can be. Left out where it is part of another program. */
  readonly program?: string | undefined;
}

/** What a command is given: that, and what the program is made of. */
export interface CliContext extends ProgramContext {
  readonly catalogue: Catalogue;
}
