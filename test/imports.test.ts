import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  readonly file: string;
  readonly imported: string;
  readonly isType: boolean;
}

/** `import … from './x.js'`, `export … from`, and `import('./x.js')`. */
const IMPORT =
  /(?:(?:import|export)\s+(?<type>type\s)?[^'";]*?from\s*|import\(\s*)'(?<path>\.{1,2}\/[^']+)'/g;

const FILES = ['src', 'connectors'].flatMap((top) =>
  readdirSync(`${ROOT}${top}`, { recursive: true, encoding: 'utf8' })
    .map((path) => `${top}/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts')),
);
const IMPORTS = FILES.flatMap(importsOf);

it('folders import each other as CONTRIBUTING.md says', () => {
  const rules = rulesIn(readFileSync(`${ROOT}CONTRIBUTING.md`, 'utf8'));

  const wrong = IMPORTS.filter(({ file, imported }) => {
    const [from, to] = [folderOf(file), folderOf(imported)];
    return from !== undefined && from !== to && !(rules.get(from)?.(to ?? imported) ?? false);
  });

  expect(wrong).toEqual([]);
  expect(IMPORTS.length).toBeGreaterThan(1_000);
});

it('every folder has its line there', () => {
  const rules = rulesIn(readFileSync(`${ROOT}CONTRIBUTING.md`, 'utf8'));
  const folders = new Set(FILES.flatMap((file) => folderOf(file) ?? []));

  expect([...rules.keys()].sort()).toEqual([...folders].sort());
});

it('no files import each other in a circle, types left aside', () => {
  const next = byFile();

  const circles = FILES.filter((file) => reaches(file, file, next));

  expect(circles).toEqual([]);
});

it('the core imports nothing of the connectors, types included', () => {
  const wrong = IMPORTS.filter(
    ({ file, imported }) => file.startsWith('src/') && !imported.startsWith('src/'),
  );

  expect(wrong).toEqual([]);
});

it('only one file reads the arguments, streams and signals of the process, and one says that it cannot be loaded', () => {
  const use = /^(?! *(\*|\/\*)).*\bprocess\.(argv|env\b|cwd|std|exit|on\b)/m;

  const files = FILES.filter((file) => use.test(readFileSync(`${ROOT}${file}`, 'utf8')));

  expect(files).toEqual(['src/cli/run-program.ts', 'connectors/bin.ts']);
});

function importsOf(file: string): Import[] {
  const text = readFileSync(`${ROOT}${file}`, 'utf8');
  return [...text.matchAll(IMPORT)].map(({ groups }) => ({
    file,
    imported: posix.join(posix.dirname(file), groups?.path ?? '').replace(/\.js$/, '.ts'),
    isType: groups?.type !== undefined,
  }));
}

/** `src/plan` of `src/plan/task.ts`; undefined for a file beside the folders. */
function folderOf(path: string): string | undefined {
  return /^[^/]+\/[^/]+(?=\/)/.exec(path)?.[0];
}

/** The table's rules: whether a folder may import another one. */
function rulesIn(page: string): ReadonlyMap<string, (folder: string) => boolean> {
  const rows = page.matchAll(/^\| `([^`]+)` \| (.*)\|$/gm);
  return new Map(
    [...rows].map(([, folder = '', cell = '']) => {
      const [allowed = '', denied = ''] = cell.split(' but ');
      const names = (part: string) => [...part.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
      const isAmong = (part: string, other: string) =>
        names(part).some((name) =>
          name.endsWith('/*') ? other.startsWith(name.slice(0, -1)) : other === name,
        );
      return [folder, (other) => isAmong(allowed, other) && !isAmong(denied, other)];
    }),
  );
}

function byFile(): Map<string, Import[]> {
  const found = new Map<string, Import[]>();
  for (const one of IMPORTS) found.set(one.file, [...(found.get(one.file) ?? []), one]);
  return found;
}

/** True where following imports of values leads from a file to another one. */
function reaches(from: string, to: string, next: ReadonlyMap<string, readonly Import[]>): boolean {
  const seen = new Set<string>();
  const queue = [from];
  for (const file of queue) {
    for (const { imported, isType } of next.get(file) ?? []) {
      if (isType || seen.has(imported)) continue;
      if (imported === to) return true;
      seen.add(imported);
      queue.push(imported);
    }
  }
  return false;
}
