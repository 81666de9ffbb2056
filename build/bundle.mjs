/**
 * Bundles the program with the libraries that it uses into `dist/bundle`: what is published, and what runs. A few files
 * start in a fraction of the time that two thousand take, and whoever installs the package installs nothing else.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { APIS_CALLED, modelsInUse } from './models-in-use.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = join(ROOT, 'dist/bundle');
/** As the compiler has left them. */
const ENTRIES = {
  cli: 'dist/connectors/bin.js',
  index: 'dist/connectors/api.js',
  memory: 'dist/connectors/memory/memory-sink.js',
};

/** Files of ours that stand in for what is heavy, by the words with which it is imported. Each says why. */
const REPLACED = {
  undici: 'build/undici-in-use.mjs',
  'string-width': 'build/text-width.mjs',
  './http/isomorphic-fetch': 'build/no-fetch.mjs',
};
const NOT_IN_IT =
  /\/node_modules\/(undici\/(index\.js|lib\/(mock|interceptor|cache)\/)|string-width\/|cross-fetch\/|whatwg-url\/|pako\/)/;

await rm(OUTPUT, { recursive: true, force: true });
const bundle = await rolldown({
  cwd: ROOT,
  input: ENTRIES,
  platform: 'node',
  plugins: [modelsInUse(APIS_CALLED), inPlaceOf(REPLACED)],
  onLog(level, log) {
    if (level === 'warn') throw new Error(log.message);
  },
});
// Names stay as they are: a stack trace in a report must say where it comes from.
const { output } = await bundle.write({
  dir: OUTPUT,
  format: 'esm',
  comments: false,
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
});
await bundle.close();
refuseHeavyStart(output);
refuseReplaced(output);
await writeFile(join(OUTPUT, 'LICENSES.txt'), licenses(output.flatMap((chunk) => chunk.moduleIds ?? [])));

/** Throws where the program would load at its start what only a run needs. */
function refuseHeavyStart(chunks) {
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const files = new Set(['cli.js']);
  for (const file of files) {
    const { imports = [], moduleIds = [] } = byFile.get(file) ?? {};
    const heavy = moduleIds.find((module) => /\/node_modules\/(undici|@datadog)\//.test(module));
    if (heavy !== undefined) throw new Error(`${file} is loaded at the start, and has ${heavy}`);
    for (const imported of imports) files.add(imported);
  }
}

/** A plugin for the bundler that puts files of ours in place of modules. */
function inPlaceOf(files) {
  return {
    name: 'in-place-of',
    resolveId: (source) => (Object.hasOwn(files, source) ? join(ROOT, files[source]) : null),
  };
}

/** Throws where what is replaced is in the bundle after all. */
function refuseReplaced(chunks) {
  const left = chunks.flatMap(({ moduleIds = [] }) => moduleIds).find((module) => NOT_IN_IT.test(module));
  if (left !== undefined) throw new Error(`${left} is replaced, and the bundle has it all the same`);
}

/** The licenses of all packages that a module of the bundle comes from, as each of them asks for. */
function licenses(modules) {
  const folders = new Set(modules.map(packageOf).filter((folder) => folder !== undefined));
  return [...folders]
    .sort()
    .map(license)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** The folder of the package that a module is part of; undefined for our own. */
function packageOf(module) {
  const end = module.lastIndexOf('/node_modules/');
  if (end < 0) return undefined;
  let folder = dirname(module);
  while (!existsSync(join(folder, 'package.json')) || !('version' in manifestOf(folder)))
    folder = dirname(folder);
  return folder;
}

function license(folder) {
  const { name, version, license: kind } = manifestOf(folder);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${kind})`, ...texts, ''].join('\n\n');
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
