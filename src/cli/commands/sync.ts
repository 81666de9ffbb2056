import type { CliContext } from '../../catalogue/cli-context.js';
import type { Path } from '../../config/mistakes/mistake.js';
import { type DeliveryOptions, runCommand } from '../run-command.js';

export interface SyncOptions extends DeliveryOptions {
  /** For a throw-away machine: only the window counts, and nothing is remembered. */
  readonly noState: boolean;
  /** Delivers the whole window again, whatever the state says. */
  readonly fullRefresh: boolean;
  /** Waits for another run on the same state instead of refusing. */
  readonly wait: boolean;
  /** True where the receivers end with the run, as in the demo: nothing can be there twice. Default false. */
  readonly isRehearsal?: boolean;
}

/** The job: reads what some sink lacks, and delivers it. */
export function sync(options: SyncOptions, context: CliContext): Promise<number> {
  const { noState, fullRefresh, wait, isRehearsal = false } = options;
  const checkpoints = { use: noState ? 'none' : 'keep', fullRefresh, wait } as const;
  const isNeeded = ([part]: Path) => !(noState && part === 'state');
  return runCommand(options, { checkpoints, isRehearsal, isNeeded }, context);
}
