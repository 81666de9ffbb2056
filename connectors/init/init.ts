import { lstat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CliContext } from '../../src/catalogue/cli-context.js';
import { CONFIG_NAME } from '../../src/cli/options/config-found.js';
import { ExportError } from '../../src/errors/export-error.js';
import { whyNotWritten } from '../../src/files/file-error.js';
import { makeFolders } from '../../src/files/make-folders.js';
import { packageFile } from '../../src/files/package-file.js';
import { starterConfig, variablesOf } from './starter-config.js';

/** What runs it, as the files of `config/ci` have it. */
const RECIPES = {
  github: {
    recipe: 'ci/github-actions.yml',
    file: '.github/workflows/deepgram-export.yml',
    next: 'put the owner and the commit of the program in, and the keys into the secrets of the repository.',
  },
  gitlab: {
    recipe: 'ci/gitlab-ci.yml',
    file: '.gitlab-ci.yml',
    next: 'put the address and the commit of the program in, the keys into masked variables, and add the schedule.',
  },
  kubernetes: {
    recipe: 'ci/kubernetes.yaml',
    file: 'deepgram-export-cronjob.yaml',
    next: 'put the image in, and make the ConfigMap and the Secret as it says.',
  },
  cron: {
    recipe: 'ci/crontab',
    file: 'deepgram-export.crontab',
    next: 'put the two folders in, the keys into keys.env, and the line into `crontab -e`.',
  },
} as const;

type Recipe = keyof typeof RECIPES;
const RECIPE_NAMES = Object.keys(RECIPES) as readonly Recipe[]; // safe: they are its keys

/** Names of sinks in `config/starter.yaml`, by the option that asks for them. */
const SINKS = {
  tableau: ['tableau', 'archive'],
  datadog: ['datadog'],
  postgres: ['database'],
  grafana: ['database'],
  report: ['report'],
} as const;

export type InitOptions = Readonly<Record<keyof typeof SINKS | Recipe | 'force', boolean>> & {
  readonly file: string;
};

/** Writes a commented configuration and what runs it; all of it or nothing, and over nothing that is there. */
export async function init(options: InitOptions, { cwd, screen }: CliContext): Promise<number> {
  const { file, force } = options;
  const chosen = Object.entries(SINKS).flatMap(([option, names]) =>
    options[option as keyof typeof SINKS] ? names : [],
  );
  const recipes = RECIPE_NAMES.filter((name) => options[name]);
  if (recipes.length > 0 && file !== CONFIG_NAME) {
    throw mistake(`What --${recipes[0]} writes runs ${CONFIG_NAME}, and not ${file}.`, 'Leave out the name.');
  }
  const config = starterConfig(chosen);
  const files = [
    { name: file, text: config },
    ...recipes.map((name) => ({
      name: RECIPES[name].file,
      text: packageFile(`config/${RECIPES[name].recipe}`),
    })),
  ];
  const there = force
    ? []
    : await existing(
        files.map(({ name }) => name),
        cwd,
      );
  if (there.length > 0) {
    const are = there.length === 1 ? 'it is' : 'they are';
    throw mistake(
      `${there.join(' and ')} ${there.length === 1 ? 'was' : 'were'} not written: ${are} there already.`,
      'Nothing was written. Write over it with --force, or name another file: deepgram-export init FILE.',
    );
  }
  for (const { name, text } of files) await write(name, text, { cwd, force });
  const named = file === CONFIG_NAME ? '' : ` -c ${file}`;
  screen.text(
    [
      `${file} is written: edit it to your taste. Next:`,
      `  1. export ${variablesOf(config)
        .map((variable) => `${variable}=…`)
        .join(' ')}`,
      `  2. deepgram-export check${named}`,
      `  3. deepgram-export sync${named}`,
      ...recipes.map((name) => `${RECIPES[name].file} is written: ${RECIPES[name].next}`),
      '',
    ].join('\n'),
  );
  return 0;
}

async function existing(names: readonly string[], cwd: string): Promise<readonly string[]> {
  const found = await Promise.all(
    names.map((name) =>
      lstat(resolve(cwd, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return names.filter((_, at) => found[at]);
}

async function write(
  name: string,
  text: string,
  { cwd, force }: { readonly cwd: string; readonly force: boolean },
): Promise<void> {
  const path = resolve(cwd, name);
  try {
    // Of what it names itself; a folder that the user has misspelt is not made.
    if (name.startsWith('.github/')) await makeFolders(dirname(path));
    await writeFile(path, text, { flag: force ? 'w' : 'wx' });
  } catch (cause) {
    throw mistake(
      `${name} was not written: ${whyNotWritten(cause)[0]}.`,
      'Name another file: deepgram-export init FILE.',
      cause,
    );
  }
}

function mistake(message: string, hint: string, cause?: unknown): ExportError {
  return new ExportError('USAGE', message, { kind: 'config', hint, cause });
}
