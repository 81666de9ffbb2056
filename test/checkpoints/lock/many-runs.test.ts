import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '../../../src/checkpoints/lock/state-lock.ts');
const RUNS = 5;
const ROUNDS = 8;

/** A process that takes the lock again and again; only one at a time may have made the folder that says who holds it. */
const RUN = `
  import { appendFile, mkdir, rmdir } from 'node:fs/promises';
  import { setTimeout } from 'node:timers/promises';
  import { lockState } from './state-lock.mjs';
  const clock = { now: () => Date.now(), sleep: () => setTimeout(2) };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const { signal } = new AbortController();
  for (let round = 0; round < ${ROUNDS}; round += 1) {
    const lock = await lockState('state.json', { clock, log, signal, wait: true });
    await mkdir('held');
    await lock.assertHeld();
    await setTimeout(1);
    await appendFile('rounds', 'x');
    await rmdir('held');
    await lock.release();
  }
`;

/** A file system without links, as FAT and some file servers are; and slow, so that others see what is half written. */
const WITHOUT_LINKS = `
  const files = require('node:fs').promises;
  const { open } = files;
  files.open = async (...how) => {
    const handle = await open(...how);
    const write = handle.writeFile.bind(handle);
    handle.writeFile = (text) => new Promise((resolve) => setTimeout(resolve, 30)).then(() => write(text));
    return handle;
  };
  files.link = async () => { throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' }); };
  require('node:module').syncBuiltinESMExports();
`;

let code: string;
beforeAll(async () => {
  const bundle = await rolldown({ input: SOURCE, platform: 'node' });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  code = output[0].code;
}, 60_000);

describe.each([
  ['with links', () => ''],
  ['without links', () => WITHOUT_LINKS],
  ['where some of the runs see links and others none', (run: number) => (run % 2 === 0 ? '' : WITHOUT_LINKS)],
])('of many processes one has the lock, on a file system %s', (_, hookOf) => {
  it.each([
    ['that is free', undefined],
    [
      'of a run that is gone',
      JSON.stringify({ id: 'dead', pid: 1, host: 'elsewhere', since: '', beat_at: 0 }),
    ],
    ['that a run died while it wrote', '{"id":'],
  ])('%s', async (_, left) => {
    const folder = await mkdtemp(join(tmpdir(), 'locks-'));
    await writeFile(join(folder, 'state-lock.mjs'), code);
    await writeFile(join(folder, 'run.mjs'), RUN);
    if (left !== undefined) await writeFile(join(folder, 'state.json.lock'), left);

    const ended = await Promise.all(
      Array.from({ length: RUNS }, (_, run) => start(folder, run, hookOf(run))),
    );

    expect(ended).toEqual(Array(RUNS).fill({ code: 0, stderr: '' }));
    expect(await readFile(join(folder, 'rounds'), 'utf8')).toHaveLength(RUNS * ROUNDS);
    expect((await readdir(folder)).filter((name) => /lock$|takeover|tmp|held/.test(name))).toEqual([]);
  });
});

async function start(folder: string, run: number, hook: string) {
  const path = join(folder, `hook-${run}.cjs`);
  await writeFile(path, hook);
  const child = spawn(process.execPath, ['--require', path, 'run.mjs'], { cwd: folder });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}
