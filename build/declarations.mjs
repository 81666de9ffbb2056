/**
 * Leaves of the declarations in `dist/types` those that can be reached from what the package exports: only they are of
 * use to whoever installs it.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = realpathSync(fileURLToPath(new URL('..', import.meta.url)));
const TYPES = join(ROOT, 'dist/types');

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const entries = Object.values(exports).flatMap(({ types }) => types ?? []);
const reached = new Set(filesOf(entries));
for (const file of reached) {
  // Nothing is installed with the package, so that its declarations would have holes.
  if (!file.startsWith(TYPES + sep)) throw new Error(`what the package exports has types of ${file}`);
}
for (const file of readdirSync(TYPES, { recursive: true, withFileTypes: true })) {
  const path = join(file.parentPath, file.name);
  if (file.isFile() && !reached.has(path)) rmSync(path);
}

/** These declarations and all that they import, by the compiler's own account, without those of the language. */
function filesOf(entries) {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const options = ['--listFilesOnly', '--ignoreConfig', '--module', 'nodenext', '--types', ''];
  const listed = execFileSync(process.execPath, [tsc, ...options, ...entries], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed
    .trim()
    .split('\n')
    .map((file) => join(file))
    .filter((file) => !/[\\/]lib\.[\w.]+\.d\.ts$/.test(file));
}
