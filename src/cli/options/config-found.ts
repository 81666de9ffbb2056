import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CliContext } from '../../catalogue/cli-context.js';
import { type LogOptions, logFor } from './log-options.js';

/** The file that is found in the working directory where none is named. */
export const CONFIG_NAME = 'deepgram-export.yaml';

/** Names it, where it is there and no other one is named; and says so. */
export async function configFound(
  { config, ...options }: Partial<LogOptions> & { readonly config?: string | undefined },
  context: CliContext,
): Promise<{ readonly config?: string | undefined }> {
  if (config !== undefined) return { config };
  const isThere = await lstat(join(context.cwd, CONFIG_NAME)).then(
    () => true,
    () => false,
  );
  if (!isThere) return {};
  logFor(options, context).info(`The configuration is ${CONFIG_NAME} in this folder.`);
  return { config: CONFIG_NAME };
}
