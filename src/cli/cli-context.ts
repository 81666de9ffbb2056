import type { Screen } from '../report/screen.js';
import type { Clock } from '../time/clock.js';

/** All that a command sees of the world outside; only `bin.ts` reads the process itself. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly screen: Screen;
  readonly clock: Clock;
  /** Aborted when the user or the system wants the program to end. */
  readonly signal: AbortSignal;
  /** The exit code for that, 130 or 143. */
  readonly interruptCode: () => number | undefined;
}
