import { dirname, resolve } from 'node:path';
import type { Catalogue } from '../catalogue/catalogue.js';
import { ExportError } from '../errors/export-error.js';
import { type Job, jobOf } from './job.js';
import { crossCheck } from './mistakes/cross-check.js';
import { configError, type Path } from './mistakes/mistake.js';
import { type Overrides, overrideJob } from './overrides.js';
import { parseConfig } from './parts/parse-config.js';
import type { Environment } from './references/references.js';
import { resolveReferences } from './references/resolve-references.js';
import { readConfigFile } from './yaml/read-config-file.js';
import { readYaml } from './yaml/yaml-document.js';
import type { YamlNode } from './yaml/yaml-node.js';

/** How the configuration that is run without a file is called in messages. */
const WITHOUT_FILE = 'built-in configuration';

export interface LoadJobOptions {
  /** The sources and sinks that a configuration can name. */
  readonly catalogue: Catalogue;
  /** As the user named it; relative to `cwd`. Without it, the built-in configuration is used. */
  readonly file?: string | undefined;
  readonly cwd: string;
  readonly env: Environment;
  /**
   * `resolve` puts the environment in. `structure` does without it: what depends on the environment is not
   * checked, and stands in the job as it is written or by its default. Such a job is for looking at.
   */
  readonly mode: 'structure' | 'resolve';
  /**
   * False for settings that will not be used: they are resolved where the environment holds what they name, and
   * stand as in `structure` where it does not. Default: all are needed.
   */
  readonly isNeeded?: ((path: Path) => boolean) | undefined;
  readonly overrides?: Overrides | undefined;
}

/**
 * Reads and checks the configuration. Throws an {@link ExportError} of kind `config`: `CONFIG_INVALID` with
 * all mistakes of the file, one a line as `file:line:column  path: what is wrong`, or `USAGE` with those of
 * the options. No message repeats a value.
 */
export async function loadJob(options: LoadJobOptions): Promise<Job> {
  const { catalogue, file, cwd, env, mode, isNeeded, overrides } = options;
  const name = file ?? WITHOUT_FILE;
  const text =
    file === undefined ? textWithoutFile(catalogue, env, isNeeded) : await readConfigFile(file, cwd);
  const { root, mistakes } = readYaml(text);
  if (root === undefined) throw configError(name, mistakes);
  if (root.kind !== 'map') throw configError(name, [...mistakes, notAMap(root)]);
  const tree = resolveReferences(root, mode === 'resolve' ? env : undefined, isNeeded);
  const connectors = await catalogue.connectors();
  const config = await parseConfig({ root, tree }, { connectors, folder: dirname(resolve(cwd, name)), cwd });
  const all = [...mistakes, ...tree.mistakes, ...config.mistakes, ...crossCheck(config, { root, tree })];
  if (all.length > 0) throw configError(name, all);
  const job = jobOf(config, cwd);
  return overrides === undefined ? job : overrideJob(job, overrides);
}

function textWithoutFile(
  { withoutFile: { variable, config, hint } }: Catalogue,
  env: Environment,
  isNeeded: LoadJobOptions['isNeeded'],
): string {
  if (env[variable] || isNeeded?.(['source']) === false) return config;
  throw new ExportError('CONFIG_INVALID', `There is no configuration file and no ${variable}.`, {
    kind: 'config',
    hint,
  });
}

function notAMap({ position }: YamlNode) {
  return { position, path: [], words: 'the file must be a map of settings that begins with version: 1' };
}
