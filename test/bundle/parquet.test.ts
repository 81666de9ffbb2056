import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ARCHIVE } from '../cli/world.js';
import { RANGE, type World, world } from './account.js';

const COLUMNS = 'columns: { type: parquet, path: out/parquet }';

it('who does not use Parquet loads none of it, and neither does who looks at a job that does', async () => {
  const [without, withIt] = [await world([ARCHIVE]), await world([ARCHIVE, COLUMNS])];

  expect(await loadedBy(without, `sync -c job.yaml ${RANGE} --stream usage`)).toEqual([]);
  expect(await loadedBy(withIt, 'validate -c job.yaml')).toEqual([]);
  expect(await loadedBy(withIt, '--help')).toEqual([]);
  expect(await loadedBy(withIt, `sync -c job.yaml ${RANGE} --stream usage`)).toHaveLength(1);
});

const LOADED = 'loaded.txt';
const HOOKS = `
import { appendFileSync } from 'node:fs';
export const load = (url, context, next) => {
  appendFileSync('${LOADED}', url + '\\n');
  return next(url, context);
};`;
const RECORDER = `
import { register } from 'node:module';
register('./hooks.mjs', import.meta.url);`;

/** The files with the Parquet writer that a run has loaded. */
async function loadedBy({ program }: World, line: string): Promise<readonly string[]> {
  await program.write('hooks.mjs', HOOKS);
  await program.write('record.mjs', RECORDER);
  await program.write(LOADED, '');
  const { code, stderr } = await program.run(line, { NODE_OPTIONS: '--import=./record.mjs' });
  expect(code, stderr).toBe(0);
  const urls = (await program.files())[LOADED]?.split('\n').filter((url) => url.startsWith('file:')) ?? [];
  expect(urls.length).toBeGreaterThan(2);
  const sources = await Promise.all(urls.map((url) => readFile(fileURLToPath(url), 'utf8')));
  return urls.filter((_, at) => sources[at]?.includes('ParquetWriter'));
}
