import { isDeepStrictEqual } from 'node:util';
import { ExportError } from '../errors/export-error.js';
import { DEFAULT_CONFIG_NAME, defaultConfig } from './default-config.js';
import { type Job, jobOf } from './job.js';
import { crossCheck } from './mistakes/cross-check.js';
import { configError, type Path } from './mistakes/mistake.js';
import { schemaMistakes } from './mistakes/schema-mistakes.js';
import { type Overrides, overrideJob } from './overrides.js';
import type { Environment } from './references/references.js';
import { resolveReferences } from './references/resolve-references.js';
import { type ConfigSettings, configSchema } from './settings/config-schema.js';
import { readConfigFile } from './yaml/read-config-file.js';
import { readYaml } from './yaml/yaml-document.js';
import type { YamlNode } from './yaml/yaml-node.js';

export interface LoadJobOptions {
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
  const { file, cwd, env, mode, isNeeded, overrides } = options;
  const name = file ?? DEFAULT_CONFIG_NAME;
  const text = file === undefined ? textWithoutFile(env, isNeeded) : await readConfigFile(file, cwd);
  const { root, mistakes } = readYaml(text);
  if (root === undefined) throw configError(name, mistakes);
  if (root.kind !== 'map') throw configError(name, [...mistakes, notAMap(root)]);
  const tree = resolveReferences(root, mode === 'resolve' ? env : undefined, isNeeded);
  const all = [
    ...mistakes,
    ...tree.mistakes,
    ...schemaMistakes(configSchema, tree, root),
    ...crossCheck(tree, root, cwd),
  ];
  if (all.length > 0) throw configError(name, all);
  const job = jobOf(settingsOf(tree.value), cwd);
  return overrides === undefined ? job : overrideJob(job, overrides);
}

function textWithoutFile(env: Environment, isNeeded: LoadJobOptions['isNeeded']): string {
  if (env.DEEPGRAM_API_KEY || isNeeded?.(['source', 'api_key']) === false) return defaultConfig;
  throw new ExportError('CONFIG_INVALID', 'There is no configuration file and no DEEPGRAM_API_KEY.', {
    kind: 'config',
    hint:
      'Set DEEPGRAM_API_KEY to export to ./deepgram-export/, name a file with -c FILE, ' +
      'write one with `deepgram-export init`, or look at `deepgram-export demo`, which needs no key.',
  });
}

function notAMap({ position }: YamlNode) {
  return { position, path: [], words: 'the file must be a map of settings that begins with version: 1' };
}

/**
 * Parses what has been found right. Values that only the environment can make right are left out until the
 * rest fits, so that their defaults stand in; leaving one out may show another that depends on it.
 */
function settingsOf(value: unknown): ConfigSettings {
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  const faults = new Set(result.error.issues.map(({ path }) => JSON.stringify(path)));
  const rest = pruned(value, faults, []);
  if (isDeepStrictEqual(rest, value)) throw result.error;
  return settingsOf(rest);
}

function pruned(value: unknown, faults: ReadonlySet<string>, path: readonly PropertyKey[]): unknown {
  const isKept = (step: PropertyKey) => !faults.has(JSON.stringify([...path, step]));
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => (isKept(index) ? [pruned(item, faults, [...path, index])] : []));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => isKept(key));
  return Object.fromEntries(entries.map(([key, inner]) => [key, pruned(inner, faults, [...path, key])]));
}
