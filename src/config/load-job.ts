import type { Catalogue } from '../catalogue/catalogue.js';
import { ExportError } from '../errors/export-error.js';
import { OBJECT_SECRETS } from '../files/location.js';
import { Secret, secretsIn } from '../secrets/secret.js';
import type { Job } from './job.js';
import { crossCheck } from './mistakes/cross-check.js';
import { configError, type Mistake, type Path } from './mistakes/mistake.js';
import { MISSING, meantBy } from './mistakes/zod-messages.js';
import { type Overrides, overrideJob } from './overrides.js';
import { isMap } from './parts/map.js';
import { type ParsedConfig, parseConfig } from './parts/parse-config.js';
import type { Part } from './parts/part.js';
import { withVariables } from './references/found-variables.js';
import type { Environment } from './references/references.js';
import { resolveReferences } from './references/resolve-references.js';
import { CONFIG_FILE, folderOfConfig, readText } from './yaml/read-text.js';
import { readYaml } from './yaml/yaml-document.js';

const NOT_A_MAP = 'the file must be a map of settings that begins with version: 1';

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
  const { catalogue, cwd, env, mode, isNeeded, overrides } = options;
  const yaml = readYaml(await textOf(options));
  const { places, mistakes } = yaml;
  if (yaml.value === undefined) throw configError(options.file, mistakes);
  if (!isMap(yaml.value)) {
    throw configError(options.file, [
      ...mistakes,
      { position: places.positionOf([]), path: [], words: NOT_A_MAP },
    ]);
  }
  const connectors = await catalogue.connectors();
  const { value, variableOf } = withVariables(yaml.value, connectors);
  const tree = resolveReferences({ ...yaml, value }, mode === 'resolve' ? env : undefined, isNeeded);
  const folder = options.file === undefined ? cwd : folderOfConfig(options.file, cwd);
  const file = { tree, places, variableOf, connectors, folder };
  const config = await parseConfig(file);
  const ofTree = tree.mistakes.map((mistake) =>
    variableOf(mistake.path) === undefined
      ? mistake
      : { ...mistake, words: `${MISSING}, and ${mistake.words}` },
  );
  const all = eachOnce([...mistakes, ...ofTree, ...config.mistakes, ...crossCheck(config, file)]);
  if (all.length > 0) throw configError(options.file, all);
  const job = jobOf(config, { folder, env });
  return overrides === undefined ? job : overrideJob(job, overrides);
}

/** Without the settings that are only missing because their keys are misspelt, which is said. */
function eachOnce(mistakes: readonly Mistake[]): readonly Mistake[] {
  const meant = mistakes.flatMap(({ path, words }) => {
    const key = meantBy(words);
    return key === undefined ? [] : [JSON.stringify([...path.slice(0, -1), key])];
  });
  return mistakes.filter(
    ({ path, words }) => !(words.startsWith(MISSING) && meant.includes(JSON.stringify(path))),
  );
}

/** What is in the file, or in the configuration that is run without one. */
async function textOf({ file, catalogue, cwd, env, isNeeded }: LoadJobOptions): Promise<string> {
  if (file !== undefined) return readText(file, cwd, CONFIG_FILE);
  const { variable, config, hint } = catalogue.withoutFile;
  if (env[variable] || isNeeded?.(['source']) === false) return config;
  throw new ExportError('CONFIG_INVALID', `There is no configuration file and no ${variable}.`, {
    kind: 'config',
    hint,
  });
}

/** Makes the job of a configuration without mistakes. */
function jobOf(config: ParsedConfig, { folder, env }: Pick<Job, 'folder' | 'env'>): Job {
  const source = parsed(config.source);
  const streams = parsed(config.streams);
  const { state, secrets: ofState } = parsed(config.state);
  const sinks = [...config.sinks.values()].map(parsed);
  return {
    folder,
    env,
    source,
    streams,
    window: parsed(config.window),
    state,
    budget: config.budget.value,
    sinks: sinks.map(({ sink, wants }) => ({ ...sink, streams: streams.filter(wants) })),
    secrets: [
      ...secretsIn(source.settings),
      ...ofState,
      ...sinks.flatMap(({ secrets }) => secrets),
      ...OBJECT_SECRETS.flatMap((name) => (env[name] ? [new Secret(env[name])] : [])),
    ],
  };
}

function parsed<T>({ value }: Part<T>): T {
  if (value === undefined) throw new Error('A part of the configuration has neither a value nor a mistake.');
  return value;
}
