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
  readonly month?: string | undefined;
  readonly yesterday?: boolean | undefined;
  readonly stream?: readonly string[] | undefined;
  readonly sink?: readonly string[] | undefined;
  readonly project?: readonly string[] | undefined;
  /** True for a source that has what it has: where nothing says which days, all of it is meant. Default false. */
  readonly allDays?: boolean | undefined;
}

/**
 * The job that the options mean, with the environment put in; from here on its secrets are masked.
 *
 * @param isNeeded false for settings whose variables need not be set. Default: all are needed.
 */
export async function jobFor(
  { config: file, stream: streams, sink: sinks, project: projects, ...days }: JobOptions,
  { catalogue, env, cwd, screen }: CliContext,
  isNeeded?: (path: Path) => boolean,
): Promise<Job> {
  const { since, until, month, yesterday, allDays } = days;
  // Names of streams and sinks have no commas; those of projects may.
  const overrides = {
    ...{ since, until, month, yesterday, allDays, projects },
    streams: streams?.flatMap(namesIn),
    sinks: sinks?.flatMap(namesIn),
  };
  const job = await loadJob({ catalogue, file, cwd, env, mode: 'resolve', isNeeded, overrides });
  screen.maskWith(maskFor(job.secrets));
  return job;
}

/** `requests,usage` as well as one name. */
function namesIn(list: string): readonly string[] {
  return list.split(',').map((name) => name.trim());
}
