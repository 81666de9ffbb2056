import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The sources below a folder that hold what is looked for. */
function filesWith(folder: string, what: RegExp): string[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && what.test(readFileSync(`${root}${path}`, 'utf8')));
}

it('the core imports nothing of the connectors', () => {
  expect(filesWith('src', /from '.*\/connectors\/|import\('.*\/connectors\//)).toEqual([]);
});

it('only one file reads the arguments, streams and signals of the process', () => {
  const use = /\bprocess\.(argv|env\b|cwd|std|exit|on\b)/;

  expect([...filesWith('src', use), ...filesWith('connectors', use)]).toEqual(['src/cli/run-program.ts']);
});
