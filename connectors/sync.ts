import type { SyncJob } from '../src/cli/program-options.js';
import type { Summary } from '../src/summary/summary.js';

/**
 * What `deepgram-export sync` does, for a program: answers the summary, and prints nothing. What goes wrong is in the
 * summary, by the same exit codes as those of the command.
 *
 * @example
 * import { env } from 'node:process';
 * const { exit_code, sinks } = await sync({ config: 'deepgram-export.yaml', env });
 */
export async function sync(job: SyncJob): Promise<Summary> {
  // Imported when it is called: a module that only defines a sink should not load all of them.
  const [{ syncJob }, { catalogue }] = await Promise.all([
    import('../src/cli/sync-job.js'),
    import('./index.js'),
  ]);
  return syncJob(job, catalogue);
}
