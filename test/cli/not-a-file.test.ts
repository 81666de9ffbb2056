import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { account, jobText, KEY, TABLEAU } from './world.js';

const SYNC = ['sync', '-c', 'job.yaml', '--stream', 'usage'];
const STEPS = { GITHUB_STEP_SUMMARY: 'steps.md' };

/** Nobody ever opens its other end. */
async function pipeAt(path: string): Promise<void> {
  await promisify(execFile)('mkfifo', [path]);
}

const KINDS = [
  ['a named pipe', pipeAt],
  ['a folder', (path: string) => mkdir(path)],
] as const;

describe.each(KINDS)('%s where a file belongs', (what, put) => {
  const STATE = '.deepgram-export/state.json';

  it.each([
    ['the state', STATE, [], 2, `it is ${what}`],
    ['its lock', `${STATE}.lock`, [], 2, `it is ${what}`],
    ['what sources remember', `${STATE}.memory`, [], 0, `it is ${what}`],
    ['the configuration', 'job.yaml', [], 2, `job.yaml is ${what}, not a configuration file.`],
    ['a table', 'out/tableau/usage.csv', [], 5, `it is ${what}, not a file.`],
    [
      'the description of tables',
      'out/tableau/datapackage.json',
      [],
      5,
      `datapackage.json: it is ${what}, not a file.`,
    ],
    [
      'the summary',
      's.json',
      ['--summary', 's.json'],
      2,
      `--summary: s.json cannot be written (it is ${what}, not a file).`,
    ],
    [
      'the step summary',
      'steps.md',
      [],
      0,
      `could not be written to $GITHUB_STEP_SUMMARY: it is ${what}, not a file.`,
    ],
  ])('is refused at once: %s', async (_, path, options, expected, said) => {
    const { url } = await account();
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY, ...STEPS } });
    if (path !== 'job.yaml') await terminal.write('job.yaml', jobText(url, [TABLEAU]));
    await mkdir(join(terminal.cwd, dirname(path)), { recursive: true });
    await put(join(terminal.cwd, path));

    const code = await terminal.run(...SYNC, ...options);

    expect(terminal.stdout + terminal.stderr).toContain(said);
    expect(code).toBe(expected);
  });
});

it.runIf(process.platform === 'linux')('a device is no place for a summary', async () => {
  const { url, calls } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [TABLEAU]));

  const code = await terminal.run(...SYNC, '--summary', '/dev/full');

  expect(code).toBe(2);
  expect(terminal.stderr).toContain('--summary: /dev/full cannot be written (it is a device, not a file).');
  expect(calls).toEqual([]);
});

describe('--summary does not take the place of', () => {
  it.each([
    ['the configuration', 'job.yaml'],
    ['the state', '.deepgram-export/state.json'],
    ['a table', 'out/tableau/usage.csv'],
  ])('%s', async (_, path) => {
    const { url, calls } = await account();
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await terminal.write('job.yaml', jobText(url, [TABLEAU]));
    await terminal.run(...SYNC);
    const before = await terminal.files();
    const asked = calls.length;

    const code = await terminal.run(...SYNC, '--summary', path);

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(
      `--summary: ${path} cannot be written (it holds something else than a summary).`,
    );
    expect(await terminal.files()).toEqual(before);
    expect(calls).toHaveLength(asked);
  });

  it('a configuration that is wrong', async () => {
    const terminal = await Terminal.open();
    await terminal.write('job.yaml', 'version: 2\n');

    await terminal.run(...SYNC, '--summary', 'job.yaml');

    expect(await terminal.files()).toEqual({ 'job.yaml': 'version: 2\n' });
  });

  it.each(['', '.memory', '.readings/summary.json'])('a state that is still to come: %j', async (end) => {
    const { url, calls } = await account();
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await terminal.write('job.yaml', jobText(url, [TABLEAU]));
    await mkdir(join(terminal.cwd, '.deepgram-export/state.json.readings'), { recursive: true });

    const code = await terminal.run(...SYNC, '--summary', `.deepgram-export/state.json${end}`);

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('cannot be written (the state is kept there).');
    expect(await terminal.files('.deepgram-export')).toEqual({});
    expect(calls).toEqual([]);
  });

  it('an output that has come there meanwhile: what was delivered stays, and is not called nothing', async () => {
    const { url } = await account();
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await terminal.write('job.yaml', jobText(url, [TABLEAU]));
    await mkdir(join(terminal.cwd, 'out/tableau'), { recursive: true });

    const code = await terminal.run(...SYNC, '--summary', 'out/tableau/usage.csv');

    const { 'usage.csv': table } = await terminal.files('out/tableau');
    expect(code).toBe(4);
    expect(table).toMatch(/^project_id,/);
    expect(terminal.stdout).toContain('Everything was delivered.');
    expect(terminal.stdout + terminal.stderr).not.toContain('Nothing was done');
    expect(terminal.stderr).toContain('could not be written to out/tableau/usage.csv');
  });
});

it.each([
  ['an earlier summary', JSON.stringify({ version: 1, outcome: 'failed', rest: 'x'.repeat(100_000) })],
  ['an empty file', ''],
])('--summary takes the place of %s', async (_, text) => {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [TABLEAU]));
  await terminal.write('s.json', text);

  const code = await terminal.run(...SYNC, '--summary', 's.json');

  const { 's.json': summary = '' } = await terminal.files();
  expect(code).toBe(0);
  expect(JSON.parse(summary)).toMatchObject({ outcome: 'delivered' });
});
