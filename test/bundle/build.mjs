import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** What the build writes last. */
const BUILT = 'dist/bundle/LICENSES.txt';
const SOURCES = ['src', 'connectors', 'build', 'package.json', 'package-lock.json', 'tsconfig.build.json'];

/** Builds the bundle that these tests run, where there is none or one that is older than the sources. */
export default function setup() {
  const builtAt = modifiedAt(BUILT);
  if (SOURCES.every((source) => newestIn(source) < builtAt)) return;
  process.stdout.write('Building the bundle that test/bundle runs.\n');
  const { status, stdout } = spawnSync('npm run --silent build', {
    cwd: ROOT,
    shell: true,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The build failed:\n${stdout}`);
}

function newestIn(source) {
  const path = join(ROOT, source);
  if (statSync(path).isFile()) return modifiedAt(source);
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(...files.map(({ parentPath, name }) => statSync(join(parentPath, name)).mtimeMs));
}

function modifiedAt(name) {
  return statSync(join(ROOT, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
