import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderOfConfig } from '../../src/config/yaml/read-text.js';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from './world.js';

const NAME = 'deepgram-export.yaml';
const FOUND = /^\d\d:\d\d:\d\d The configuration is deepgram-export\.yaml in this folder\.\n/;

describe('without -c, deepgram-export.yaml in the working directory is used', () => {
  it.each([
    'sync --sink archive',
    'plan --sink archive',
    'check --sink archive',
    'validate --env',
    'state show',
    'state repair',
    'backfill --since 2026-11-19 --until now --sink archive',
    'datadog export --out out/datadog',
    'postgres grants',
    'grafana export --out out/grafana',
  ])('and named in the first line: %s', async (line) => {
    const terminal = await open();

    const code = await terminal.run(...line.split(' '));

    expect(code, terminal.stderr).toBe(0);
    expect(terminal.stderr).toMatch(FOUND);
    expect(terminal.stderr.match(/deepgram-export\.yaml/g)).toHaveLength(1);
  });

  it('also where it has a mistake', async () => {
    const terminal = await open();
    await terminal.write(NAME, 'version: 2\n');

    const code = await terminal.run('sync');

    expect(code).toBe(2);
    expect(terminal.stderr).toMatch(FOUND);
    expect(terminal.stderr).toContain('deepgram-export.yaml:1:10  version: must be 1');
  });

  it('as one line of JSON where the log is that', async () => {
    const terminal = await open();

    await terminal.run('plan', '--sink', 'archive', '--log-format', 'json');

    const [first = ''] = terminal.stderr.split('\n');
    expect(JSON.parse(first)).toMatchObject({
      level: 'info',
      message: 'The configuration is deepgram-export.yaml in this folder.',
    });
  });

  it('and not named with --quiet', async () => {
    const terminal = await open();

    const code = await terminal.run('sync', '--quiet', '--sink', 'archive');

    expect(code).toBe(0);
    expect(terminal.stderr).toBe('');
  });

  it('and another one that is named is used instead', async () => {
    const terminal = await open();
    await terminal.write(NAME, 'not one at all');
    await terminal.write('other.yaml', jobText('https://api.deepgram.com', [ARCHIVE]));

    const code = await terminal.run('validate', '-c', 'other.yaml');

    expect(code).toBe(0);
    expect(terminal.stderr).toBe('');
  });

  it('and where there is none, that is said of the built-in configuration', async () => {
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });

    const code = await terminal.run('state', 'show');

    expect(code).toBe(0);
    expect(terminal.stderr).toContain(
      'There is no deepgram-export.yaml here: the built-in configuration is used.\n',
    );
  });
});

describe('relative paths of a configuration start at its folder', () => {
  it('wherever it is run from: outputs and state are found again', async () => {
    const { url } = await account();
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await mkdir(join(terminal.cwd, 'jobs/daily'), { recursive: true });
    await terminal.write('jobs/daily/job.yaml', jobText(url, [ARCHIVE, TABLEAU]));
    const inside = terminal.in('jobs/daily');

    const codes = [
      await terminal.run('sync', '-c', 'jobs/daily/job.yaml', '--summary', 'summary.json'),
      await inside.run('plan', '-c', 'job.yaml'),
    ];

    const files = Object.keys(await terminal.files());
    const outside = files.filter((path) => !/^jobs\/daily\/(?:job\.yaml|out|\.deepgram-export)/.test(path));
    expect(codes).toEqual([0, 0]);
    expect(outside).toEqual(['summary.json']);
    expect(files).toContain('jobs/daily/out/tableau/requests.csv');
    expect(inside.stdout).not.toContain('never delivered');
  });

  it('and a state that is in the working directory is said to be left, with how to move it, until there is another', async () => {
    const { url } = await account();
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await mkdir(join(terminal.cwd, 'my jobs'));
    await mkdir(join(terminal.cwd, '.deepgram-export'));
    await terminal.write('my jobs/job.yaml', jobText(url, [ARCHIVE]));
    await terminal.write('.deepgram-export/state.json', '{}');
    const said =
      /warn: There is no state beside the configuration yet, .*: mv \.deepgram-export 'my jobs'\/$/m;

    const before = await terminal.run('plan', '-c', 'my jobs/job.yaml');
    expect(terminal.stderr).toMatch(said);
    await terminal.run('sync', '-c', 'my jobs/job.yaml');
    const later = terminal.again();
    const after = await later.run('plan', '-c', 'my jobs/job.yaml');

    expect([before, after]).toEqual([0, 0]);
    expect(later.stderr).not.toContain('mv ');
  });

  it('and at the working directory where it comes through a pipe', () => {
    expect(folderOfConfig('/dev/fd/63', '/srv/deepgram')).toBe('/srv/deepgram');
    expect(folderOfConfig('/dev/stdin', '/srv/deepgram')).toBe('/srv/deepgram');
  });
});

describe('a file behind a command without -c', () => {
  it.each(['sync job.yaml', 'check ./conf/job.yml', 'job.yaml'])('is told from a word: %s', async (line) => {
    const terminal = await Terminal.open();

    const code = await terminal.run(...line.split(' '));

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(`A configuration is named with -c: -c ${line.split(' ').at(-1)}.\n`);
  });
});

/** A folder with the file, which has a sink for each command that asks for one of its kind. */
async function open(): Promise<Terminal> {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  const datadog = 'datadog: { type: datadog-metrics, api_key: none-is-contacted }';
  const database = 'database: { type: postgres, url: postgres://writer@127.0.0.1/nobody_is_asked }';
  await terminal.write(NAME, jobText(url, [ARCHIVE, datadog, database]));
  return terminal;
}
