import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHIVE } from '../cli/world.js';
import { RANGE, world } from './account.js';
import type { Program } from './program.js';

const onLinux = it.runIf(process.platform === 'linux');

describe('results that cannot be written end with an error', () => {
  onLinux.each([
    ['schema', 'schema'],
    ['plan', `plan -c job.yaml ${RANGE} --format json`],
    ['sync', `sync -c job.yaml ${RANGE} --stream usage`],
  ])('into a full disk: %s', async (_, line) => {
    const { program } = await world([ARCHIVE]);

    const { code, stderr } = await program.runBelow(['sh', '-c', '"$@" > /dev/full', 'sh'], line);

    expect(code).toBe(4);
    expect(stderr).toContain('The results could not be written to stdout: the disk is full.');
  });

  onLinux('into a pipe that nobody reads', async () => {
    const { program } = await world([ARCHIVE]);
    // It begins to write when the reader has gone.
    const command = '{ sleep 0.1; "$@"; echo $? > code; } | true; while [ ! -s code ]; do sleep 0.1; done';

    const { stderr } = await program.runBelow(['sh', '-c', command, 'sh'], 'schema');

    const { code } = await program.files();
    expect(code).toBe('4\n');
    expect(stderr).toContain('The results could not be written to stdout: the file system answered EPIPE.');
  });

  onLinux('and say what became of the run all the same', async () => {
    const { program } = await world([ARCHIVE]);
    const line = `sync -c job.yaml ${RANGE} --stream usage --summary summary.json`;

    await program.runBelow(['sh', '-c', '"$@" > /dev/full', 'sh'], line);

    const { 'summary.json': summary = '' } = await program.files();
    expect(JSON.parse(summary)).toMatchObject({ outcome: 'delivered', exit_code: 0 });
  });
});

it('a configuration comes through a pipe as well', async () => {
  const { program } = await world([ARCHIVE]);

  const { code, stdout } = await program.runBelow(
    ['sh', '-c', 'cat job.yaml | "$@"', 'sh'],
    'validate -c /dev/stdin',
  );

  expect(stdout).toContain('/dev/stdin is valid');
  expect(code).toBe(0);
});

describe('where another program holds a table', () => {
  /** Answers what Windows and file servers do, so many times. */
  const refusing = (code: string, times: number) => `
    const files = require('node:fs').promises;
    const { rename } = files;
    let left = ${times};
    files.rename = async (from, to) => {
      if (String(to).endsWith('usage.csv') && left-- > 0)
        throw Object.assign(new Error('resource busy or locked'), { code: '${code}' });
      return rename(from, to);
    };
    require('node:module').syncBuiltinESMExports();
  `;

  it.each(['EPERM', 'EBUSY', 'EACCES'])('for a moment, it is replaced a moment later: %s', async (code) => {
    const { program } = await world(['tableau: { type: tableau-csv, path: out }']);
    await program.write('hook.cjs', refusing(code, 2));

    const ended = await program.run(`sync -c job.yaml ${RANGE} --stream usage`, {
      NODE_OPTIONS: `--require ${join(program.cwd, 'hook.cjs')}`,
    });

    expect(ended.stdout).toContain('Everything was delivered.');
    expect(ended.code).toBe(0);
    expect(Object.keys(await program.files('out'))).toContain('usage.csv');
  });
});

describe('readable for their owner alone', () => {
  it('are state and files with personal data, and what is made new for them', async () => {
    const { program, deepgram } = await world([ARCHIVE]);
    const job = [
      'version: 1',
      `source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: "${deepgram.url}" }`,
      'streams: { members: {} }',
      'sinks:',
      '  archive: { type: ndjson, path: out/ndjson }',
      '  tableau: { type: tableau-csv, path: out/tableau }',
    ];
    await program.write('job.yaml', job.join('\n'));

    const { code } = await program.runBelow(
      ['sh', '-c', 'umask 022; "$@"', 'sh'],
      `sync -c job.yaml ${RANGE} --stream members projects`,
    );

    const open = await openTo(program, ['out', '.deepgram-export']);
    expect(code).toBe(0);
    expect(open.filter((path) => path.startsWith('.deepgram-export'))).toEqual([]);
    expect(open.filter((path) => path.includes('members') && !/\.counts|_schema/.test(path))).toEqual([]);
    expect(open).toContain('out/tableau/projects.csv');
    const { mode } = await stat(join(program.cwd, '.deepgram-export'));
    expect(mode & 0o777).toBe(0o700);
  });
});

/** The files that others than their owner may read. */
async function openTo(program: Program, folders: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of folders)
    for (const path of Object.keys(await program.files(folder))) {
      const { mode } = await stat(join(program.cwd, folder, path));
      if ((mode & 0o077) !== 0) found.push(`${folder}/${path}`);
    }
  return found;
}
