import { rename } from 'node:fs/promises';
import { relative } from 'node:path';
import { lockState } from '../../checkpoints/lock/state-lock.js';
import { readState } from '../../checkpoints/state-file.js';
import { stateTable } from '../../checkpoints/state-table.js';
import { fileError } from '../../files/file-error.js';
import type { CliContext } from '../cli-context.js';
import { jobFor } from '../options/job-options.js';
import { type LogOptions, logFor } from '../options/log-options.js';

export interface StateCommandOptions extends LogOptions {
  readonly action: 'show' | 'repair';
  readonly config?: string | undefined;
  readonly wait: boolean;
}

/** Shows the state as a table, or sets one aside that cannot be used. */
export async function state(options: StateCommandOptions, context: CliContext): Promise<number> {
  const { statePath } = await jobFor({ config: options.config }, context);
  if (options.action === 'repair') return repair(statePath, options, context);
  const document = await readState(statePath);
  const name = relative(context.cwd, statePath);
  context.screen.result(
    document ? stateTable(document) : `There is no state in ${name} yet: the first sync begins it.\n`,
  );
  return 0;
}

/** The old state is kept beside the new one: nothing that somebody may still want is deleted. */
async function repair(path: string, options: StateCommandOptions, context: CliContext): Promise<number> {
  const { clock, signal, cwd, screen } = context;
  const lock = await lockState(path, {
    clock,
    signal,
    log: logFor(options, context),
    wait: options.wait,
  });
  try {
    const aside = `${path}.${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-')}`;
    const moved = await rename(path, aside).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw fileError(path, error);
      },
    );
    screen.result(
      moved
        ? `The state was set aside as ${relative(cwd, aside)}. The next sync begins anew: it delivers the whole window.\n`
        : `There is no state in ${relative(cwd, path)}; nothing to repair.\n`,
    );
    return 0;
  } finally {
    await lock.release();
  }
}
