import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '../../connectors/index.js';
import type { Job } from '../../src/config/job.js';
import { type LoadJobOptions, loadJob } from '../../src/config/load-job.js';
import { ExportError } from '../../src/errors/export-error.js';

/** A file that is right, to be changed by a test in one place. */
export const right = `version: 1
source:
  type: deepgram
  api_key: dg-key-for-tests
sinks:
  files:
    type: ndjson
    path: out
`;

/** Loads a configuration of the program that we ship. */
export function load(options: Omit<LoadJobOptions, 'catalogue'>): Promise<Job> {
  return loadJob({ catalogue, ...options });
}

/** Loads a text as `job.yaml` from a fresh folder. */
export async function loadText(text: string | Buffer, options: Partial<LoadJobOptions> = {}): Promise<Job> {
  const cwd = await mkdtemp(join(tmpdir(), 'config-'));
  await writeFile(join(cwd, 'job.yaml'), text);
  return load({ file: 'job.yaml', cwd, env: {}, mode: 'resolve', ...options });
}

/** The error that loading a text ends with. */
export async function errorOf(loading: Promise<unknown>): Promise<ExportError> {
  const outcome = await loading.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof ExportError) return outcome;
  throw new Error('An ExportError was expected.', { cause: outcome });
}

/** The lines of that error's message. */
export async function mistakesIn(
  text: string | Buffer,
  options: Partial<LoadJobOptions> = {},
): Promise<string[]> {
  const { message } = await errorOf(loadText(text, options));
  return message.split('\n');
}
