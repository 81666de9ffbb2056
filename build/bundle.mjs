/**
 * Bundles the program with the libraries that it uses into `dist/bundle`: what is published, and what runs. A few files
 * start in a fraction of the time that two thousand take, and whoever installs the package installs nothing else.
 */
import { readFileSync } from 'node:fs';
import { chmod, cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { billOfMaterials } from './bill-of-materials.mjs';
import { bundledPackages, licenseTexts } from './bundled-packages.mjs';
import { sourcesOf } from './exported.mjs';
import { APIS_CALLED, modelsInUse } from './models-in-use.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = join(ROOT, 'dist/bundle');
const MANIFEST = json('package.json');

/**
 * Files of ours that stand in for what is heavy, by the words with which it is imported. Each says what was measured:
 * less than a tenth of the start is no reason for one.
 */
const REPLACED = {
  undici: 'build/undici-in-use.mjs',
  'string-width': 'build/text-width.mjs',
  './http/isomorphic-fetch': 'build/no-fetch.mjs',
};
const NOT_IN_IT =
  /\/node_modules\/(undici\/(index\.js|lib\/(mock|interceptor|cache)\/)|string-width\/|cross-fetch\/|whatwg-url\/|pako\/)/;

/** What every start needs and commands share: one file in place of nine, each of which takes a millisecond to open. */
const START =
  /\/src\/(errors|text|log|secrets|time|config\/mistakes\/(mistake|suggestion)|report\/(exit-code|failure-lines)|cli\/version)\b|\/node_modules\/leven\//;

await rm(OUTPUT, { recursive: true, force: true });
const bundle = await rolldown({
  cwd: ROOT,
  input: { cli: 'connectors/bin.ts', ...sourcesOf(MANIFEST.exports) },
  platform: 'node',
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  transform: { target: 'node20.19' },
  plugins: [modelsInUse(APIS_CALLED), inPlaceOf(REPLACED)],
  onLog(level, log) {
    if (level === 'warn') throw new Error(log.message);
  },
});
// Names stay as they are: a stack trace in a report must say where it comes from. The maps, which say it to the line,
// are not published: the same sources give the same files, and so the same maps.
const { output } = await bundle.write({
  dir: OUTPUT,
  format: 'esm',
  comments: false,
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: { groups: [{ name: 'start', test: START }] },
});
await bundle.close();
refuseHeavyStart(output);
refuseReplaced(output);
const packages = bundledPackages(output.flatMap((chunk) => chunk.moduleIds ?? []));
const materials = billOfMaterials(MANIFEST, packages, json('package-lock.json'));
await writeFile(join(OUTPUT, 'LICENSES.txt'), licenseTexts(packages));
await writeFile(join(OUTPUT, 'sbom.cdx.json'), `${JSON.stringify(materials, null, 2)}\n`);
// The command that `npm install --global .` has linked goes on after another build.
await chmod(join(OUTPUT, 'cli.js'), 0o755);
// What it reads of the package goes with it, so that it runs wherever the folder is copied.
const { name, version, license } = MANIFEST;
const own = { name, version, license, private: true, type: 'module' };
await writeFile(join(OUTPUT, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
for (const file of ['starter.yaml', 'ci']) {
  await cp(join(ROOT, 'config', file), join(OUTPUT, 'config', file), { recursive: true });
}

function json(file) {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
}

/** Throws where the program would load at its start what only a run needs. */
function refuseHeavyStart(chunks) {
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const files = new Set(['cli.js', ...(byFile.get('cli.js')?.dynamicImports ?? [])]);
  for (const file of files) {
    const { imports = [], moduleIds = [] } = byFile.get(file) ?? {};
    const heavy = moduleIds.find((module) =>
      /\/node_modules\/(undici|@datadog|zod|yaml|yazl|@xmldom|hyparquet[^/]*|pg[^/]*)\//.test(module),
    );
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
