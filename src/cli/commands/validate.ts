import type { CliContext } from '../../catalogue/cli-context.js';
import { loadJob } from '../../config/load-job.js';
import { maskFor } from '../../secrets/mask.js';
import { counted } from '../../text/text-table.js';
import { environmentFor, type JobOptions } from '../options/job-options.js';

/** Checks the configuration: its structure, and with `--env` also that the environment gives all it names. */
export async function validate(
  options: Pick<JobOptions, 'config' | 'envFile'> & { readonly env: boolean },
  context: CliContext,
): Promise<number> {
  const { catalogue, cwd, screen } = context;
  const env = await environmentFor(options, context);
  const mode = options.env ? 'resolve' : 'structure';
  const job = await loadJob({ catalogue, file: options.config, cwd, env, mode });
  screen.maskWith(maskFor(job.secrets));
  const sinks = job.sinks.map((sink) => `${sink.name} (${sink.type})`).join(', ');
  const checked = options.env
    ? 'structure and environment'
    : 'structure only; add --env to resolve the environment';
  if (job.source.doubt !== undefined) screen.line(job.source.doubt);
  screen.text(
    `${options.config ?? 'The built-in configuration'} is valid (${checked}).\n` +
      `${counted(job.streams.length, 'stream')} to ${sinks}\n`,
  );
  return 0;
}
