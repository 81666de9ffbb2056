import type { CliContext } from '../../catalogue/cli-context.js';
import type { Job } from '../../config/job.js';
import { loadJob } from '../../config/load-job.js';
import type { Path } from '../../config/mistakes/mistake.js';
import { maskFor } from '../../secrets/mask.js';

/** The options that name a job and narrow it. */
export interface JobOptions {
  readonly config?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly stream?: readonly string[] | undefined;
  readonly sink?: readonly string[] | undefined;
  readonly project?: readonly string[] | undefined;
  /** True for a source that has what it has: without `since` and `until` all of it is meant. Default false. */
  readonly allDays?: boolean | undefined;
}

/**
 * The job that the options mean, with the environment put in; from here on its secrets are masked.
 *
 * @param isNeeded false for settings whose variables need not be set. Default: all are needed.
 */
export async function jobFor(
  options: JobOptions,
  { catalogue, env, cwd, screen }: CliContext,
  isNeeded?: (path: Path) => boolean,
): Promise<Job> {
  const job = await loadJob({
    catalogue,
    file: options.config,
    cwd,
    env,
    mode: 'resolve',
    isNeeded,
    overrides: {
      ...(options.since === undefined ? {} : { since: options.since }),
      ...(options.until === undefined ? {} : { until: options.until }),
      ...(options.stream === undefined ? {} : { streams: options.stream }),
      ...(options.sink === undefined ? {} : { sinks: options.sink }),
      ...(options.project === undefined ? {} : { projects: options.project }),
      ...(options.allDays === undefined ? {} : { allDays: options.allDays }),
    },
  });
  screen.maskWith(maskFor(job.secrets));
  return job;
}
