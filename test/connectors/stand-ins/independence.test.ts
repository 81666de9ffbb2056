import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, it } from 'vitest';

const REPOSITORY = new URL('../../../', import.meta.url);
const ROOT = 'connectors/stand-ins';
/** Of the core: what a moment is, and no rule about one. */
const OF_THE_CORE = ['src/time/clock.ts', 'src/time/day.ts'];
/** Readers of what it is sent, written by others than what writes it. */
const READERS = ['hyparquet'];
const SHARED = `${ROOT}/loopback.ts`;
/** From the calls that come in to what is generated or published: each imports what stands after it. */
const FOLDERS = ['server', 'endpoints', 'account', 'rules', 'random'];

const imports = filesBelow(ROOT).flatMap((file) => importsOf(file).map((imported) => ({ file, imported })));

it('a stand-in imports nothing of the program that it checks, and of the core only what a moment is', () => {
  const strangers = imports.filter(
    ({ file, imported }) =>
      !imported.startsWith('node:') &&
      !imported.startsWith(vendorFolderOf(file)) &&
      ![...OF_THE_CORE, ...READERS, SHARED].includes(imported),
  );

  expect(strangers).toEqual([]);
});

it('its folders import each other in one direction', () => {
  const upwards = imports.filter(({ file, imported }) => {
    const [from, to] = [file, imported].map((path) => FOLDERS.indexOf(path.split('/')[3] ?? ''));
    return imported.startsWith(ROOT) && from !== undefined && to !== undefined && to !== -1 && to < from;
  });

  expect(upwards).toEqual([]);
});

it('all of this is looked at', () => {
  expect(new Set(imports.map(({ file }) => file.split('/')[2]))).toEqual(
    new Set(['datadog', 'deepgram', 'grafana', 'loopback.ts', 's3', 'tableau']),
  );
  expect(imports.length).toBeGreaterThan(100);
});

/** What is beside the vendors' folders may use all of them. */
function vendorFolderOf(file: string): string {
  const [, , vendor = '', ...rest] = file.split('/');
  return rest.length === 0 ? `${ROOT}/` : `${ROOT}/${vendor}/`;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(new URL(folder, REPOSITORY), { recursive: true, encoding: 'utf8' })
    .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
    .filter((path) => path.endsWith('.ts'));
}

/** As paths from the repository's root; types too, and what is imported lazily. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(new URL(file, REPOSITORY), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier = '']) =>
    specifier.startsWith('.')
      ? posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts')
      : specifier,
  );
}
