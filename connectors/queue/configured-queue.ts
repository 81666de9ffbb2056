import type { CliContext } from '../../src/catalogue/cli-context.js';
import type { Job } from '../../src/config/job.js';
import { ExportError } from '../../src/errors/export-error.js';
import type { Log } from '../../src/log/log.js';
import { configuredState } from '../postgres/state/state-type.js';
import { TaskQueue } from './tasks/task-queue.js';

/**
 * The queue of a job, in the database of its state; to be disposed of.
 *
 * @throws ExportError `USAGE` where the state is elsewhere
 */
export async function withQueue<Result>(
  job: Job,
  log: Log,
  context: CliContext,
  use: (queue: TaskQueue) => Promise<Result>,
): Promise<Result> {
  const state = configuredState(job);
  if (state === undefined) {
    throw new ExportError(
      'USAGE',
      'Workers share their tasks and their state through PostgreSQL, and the state is in a file.',
      {
        kind: 'config',
        hint: 'Add `state: { type: postgres, url: "${DATABASE_URL}" }` to the configuration.',
      },
    );
  }
  const { clock } = context;
  const own = { clock, cwd: job.folder, env: job.env, log, name: 'queue' };
  // What is open is given back after an interrupt, too.
  const queue = new TaskQueue(state, own, new AbortController().signal);
  try {
    await queue.start();
    return await use(queue);
  } finally {
    await queue.dispose();
  }
}
