import type { CliContext } from '../../catalogue/cli-context.js';
import type { Job } from '../../config/job.js';
import { loadJob } from '../../config/load-job.js';
import type { Path } from '../../config/mistakes/mistake.js';
import { readEnvFile } from '../../config/references/env-file.js';
import { maskFor } from '../../secrets/mask.js';
import { CONFIG_NAME } from './config-found.js';
import { type LogOptions, logFor } from './log-options.js';

/** The options that name a job and narrow it. */
export interface JobOptions {
  readonly config?: string | undefined;
  /** File of variables, beside those of the environment. */
  readonly envFile?: string | undefined;
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
 * What a file of variables adds to the environment, which wins where both have one.
 *
 * @throws ExportError `CONFIG_INVALID` where it cannot be used
 */
export async function environmentFor(
  { envFile, ...options }: Pick<JobOptions, 'envFile'> & Partial<LogOptions>,
  context: CliContext,
): Promise<CliContext['env']> {
  if (envFile === undefined) return context.env;
  const { variables, isPublic } = await readEnvFile(envFile, context.cwd);
  if (isPublic) {
    logFor(options, context).warn(
      `${envFile} can be read by everybody on this machine: chmod 600 ${envFile} leaves it to you alone.`,
    );
  }
  return { ...variables, ...context.env };
}

/**
 * The job that the options mean, with the environment put in; from here on its secrets are masked.
 *
 * @param isNeeded false for settings whose variables need not be set. Default: all are needed.
 */
export async function jobFor(
  options: JobOptions & Partial<LogOptions>,
  context: CliContext,
  isNeeded?: (path: Path) => boolean,
): Promise<Job> {
  const { config: file, since, until, month, yesterday, allDays } = options;
  const { stream: streams, sink: sinks, project: projects } = options;
  const { catalogue, cwd, screen } = context;
  const env = await environmentFor(options, context);
  if (file === undefined) {
    logFor(options, context).info(`There is no ${CONFIG_NAME} here: the built-in configuration is used.`);
  }
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
