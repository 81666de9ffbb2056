import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { ExportError } from '../../errors/export-error.js';
import { HAS_MODES } from '../../files/this-process.js';
import { readText } from '../yaml/read-text.js';
import type { Environment } from './references.js';

/** What a file of variables has. */
export interface EnvFile {
  readonly variables: Environment;
  /** True where every user of the machine may read it. */
  readonly isPublic: boolean;
}

/**
 * Reads a file with a line `NAME=value` for each variable, as Node reads it.
 *
 * @throws ExportError `CONFIG_INVALID` where it cannot be read, and where it has no such line
 * @see https://nodejs.org/docs/latest-v20.x/api/util.html#utilparseenvcontent
 */
export async function readEnvFile(file: string, cwd: string): Promise<EnvFile> {
  const text = await readText(file, cwd, ENV_FILE);
  const variables = parseEnv(text);
  if (Object.keys(variables).length === 0) {
    throw new ExportError('CONFIG_INVALID', `${file} has no line NAME=value.`, {
      kind: 'config',
      hint: ENV_FILE.hint,
    });
  }
  const { mode } = await stat(resolve(cwd, file));
  return { variables, isPublic: HAS_MODES && (mode & OTHERS_READ) !== 0 };
}

const OTHERS_READ = 0o004;

const ENV_FILE = {
  what: 'file of variables',
  hint: 'Name a file with a line NAME=value for each variable with --env-file.',
};
