import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isSinkType, type SinkType } from '../../catalogue/sink-type.js';
import { asMap } from './map.js';

/** A sink's type that a module has, or what is wrong with that module. */
export type LoadedSinkType = { readonly type: SinkType } | { readonly words: string };

/**
 * Loads the kind of sink that a module exports: one at a path, or an installed package. Undefined where `name` is
 * neither.
 *
 * @param folder paths and packages are looked for from there
 */
export async function loadSinkType(name: string, folder: string): Promise<LoadedSinkType | undefined> {
  try {
    const file = IS_PATH.test(name) ? resolve(folder, name) : await fileOfPackage(name, folder);
    if (file === undefined) return undefined;
    const found = await stat(file).catch(() => undefined);
    if (found === undefined)
      return { words: 'there is no such module; paths start at the folder of this file' };
    if (found.isDirectory())
      return { words: 'is a folder; name the module in it, such as ./my-sink/index.mjs' };
    return typeIn(await import(pathToFileURL(file).href));
  } catch (error) {
    return { words: `the module cannot be loaded: ${error instanceof Error ? error.message : error}` };
  }
}

const IS_PATH = /^\.{0,2}\//;

function typeIn(module: { readonly default?: unknown }): LoadedSinkType {
  if (isSinkType(module.default)) return { type: module.default };
  return {
    words:
      module.default === undefined
        ? 'the module has no default export; export what defineSinkType makes'
        : 'the default export of the module is not made by defineSinkType of deepgram-export',
  };
}

/** The file that `import` enters a package by; undefined where no such package is installed. */
async function fileOfPackage(name: string, folder: string): Promise<string | undefined> {
  const [, packageName, subpath = ''] = /^((?:@[\w.~-]+\/)?[\w~-][\w.~-]*)(\/.+)?$/.exec(name) ?? [];
  if (packageName === undefined) return undefined;
  const require = createRequire(join(folder, 'sink.js'));
  const places = require.resolve.paths(name) ?? [];
  const home = places.map((place) => join(place, packageName)).find((place) => existsSync(place));
  if (home === undefined) return undefined;
  const manifest = await readFile(join(home, 'package.json'), 'utf8');
  const { exports }: { readonly exports?: unknown } = JSON.parse(manifest);
  // `require` knows no exports that are for `import` alone, as those of most packages are today.
  const target = targetOf(asMap(exports)[`.${subpath}`] ?? (subpath === '' ? exports : undefined));
  return target === undefined ? require.resolve(name) : join(home, target);
}

/** @see https://nodejs.org/api/packages.html#conditional-exports */
function targetOf(exported: unknown): string | undefined {
  if (typeof exported === 'string') return exported;
  const branches = Object.entries(asMap(exported)).filter(([condition]) => CONDITIONS.has(condition));
  return branches.map(([, inner]) => targetOf(inner)).find((target) => target !== undefined);
}

const CONDITIONS = new Set(['node', 'import', 'default']);
