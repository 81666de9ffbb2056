import { execFile } from 'node:child_process';
import { cp, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { Program, ROOT } from './program.js';

describe('help', () => {
  it.each([
    ['--help', 'Exit codes: 0 delivered'],
    ['sync --help', '--full-refresh'],
    ['plan --help', '--since'],
    ['backfill --help', '--until'],
    ['replay --help', '--from'],
    ['state --help', 'show'],
    ['validate --help', '--env'],
    ['check --help', '--config'],
    ['datadog --help', 'uninstall'],
    ['datadog install --help', '--balance-below'],
    ['demo --help', '--days'],
    ['init --help', '[file]'],
    ['schema --help', 'JSON Schema'],
  ])('%s lists %s', async (line, listed) => {
    const program = await Program.open();

    const { code, stdout, stderr } = await program.run(line);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(listed);
  });
});

it('--version is that of the package', async () => {
  const program = await Program.open();

  expect(await program.run('--version')).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

it('schema is the one that is published', async () => {
  const program = await Program.open();

  const { code, stdout } = await program.run('schema');

  expect(code).toBe(0);
  expect(stdout).toBe(await readFile(join(ROOT, 'config/deepgram-export.schema.json'), 'utf8'));
});

it('init writes a configuration that validate takes, and keeps one that is there', async () => {
  const program = await Program.open();

  const first = await program.run('init');
  const written = await program.files();
  const validated = await program.run('validate -c deepgram-export.yaml');
  const again = await program.run('init');

  expect([first.code, validated.code, again.code]).toEqual([0, 0, 2]);
  expect(Object.keys(written)).toEqual(['deepgram-export.yaml']);
  expect(await program.files()).toEqual(written);
});

it('runs wherever its folder is copied, with all that it reads', async () => {
  const program = await Program.open();
  const copy = join(program.cwd, 'copy');
  await cp(join(ROOT, 'dist/bundle'), copy, { recursive: true });
  const node = (line: string) =>
    promisify(execFile)(process.execPath, [join(copy, 'cli.js'), ...line.split(' ')], {
      cwd: program.cwd,
      env: {},
    });

  const { mode } = await stat(join(copy, 'cli.js'));
  const version = await node('--version');
  await node('init --datadog --github --gitlab --kubernetes --cron');
  const validated = await node('validate');

  expect(version).toEqual({ stdout: `${manifest.version}\n`, stderr: '' });
  expect(validated.stdout).toContain('deepgram-export.yaml is valid');
  expect(mode & 0o111).toBe(0o111);
});

describe('what cannot be run is exit 2, and says why on stderr alone', () => {
  it.each([
    ['', 'Which command?'],
    ['snyc', 'Did you mean sync?'],
    ['sync --sumary x', 'did you mean "--summary"?'],
    ['sync -c nowhere.yaml', 'nowhere.yaml'],
    ['sync', 'DEEPGRAM_API_KEY'],
    ['state repair -c nowhere.yaml', 'nowhere.yaml'],
    ['demo --days 0', '--days: must be a whole number from 1 to 90.'],
  ])('%s', async (line, message) => {
    const program = await Program.open();

    const { code, stderr } = await program.run(line);

    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(await program.files()).toEqual({});
  });
});

describe('validate', () => {
  it('names every mistake with its line and column, and no key', async () => {
    const program = await Program.open();
    await program.write(
      'job.yaml',
      `version: 1
sorce: {}
source: { type: deepgram, api_key: k1k1k1k1, base_ulr: "https://api.deepgram.com" }
sinks:
  archive: { type: ndjson, path: out, compresion: gzip }
`,
    );

    const { code, stdout, stderr } = await program.run('validate -c job.yaml');

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.match(/^job\.yaml:\d+:\d+ {2}\S+/gm)).toEqual([
      'job.yaml:2:1  sorce:',
      'job.yaml:3:46  source.base_ulr:',
      'job.yaml:5:39  sinks.archive.compresion:',
    ]);
    expect(stderr).not.toContain('k1k1k1k1');
  });

  it('takes the example that has every setting', async () => {
    const program = await Program.open();
    await program.write('job.yaml', await readFile(join(ROOT, 'config/all-sinks.yaml'), 'utf8'));

    const { code, stderr } = await program.run('validate -c job.yaml');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

it('the demo needs no key, and leaves what it says', async () => {
  const program = await Program.open();

  const { code, stdout } = await program.run('demo --days 2 --out demo');

  const files = await program.files('demo');
  expect(code).toBe(0);
  expect(stdout).toContain('Delivered, but datadog got');
  expect(files['tableau/requests.csv']).toContain('request_id');
  expect(files['datadog/series.ndjson']).toContain('deepgram.requests');
  expect(files['datadog/logs.ndjson']).toContain('"ddsource":"deepgram"');
  expect(JSON.parse(files['summary.json'] ?? '')).toMatchObject({ outcome: 'delivered', exit_code: 0 });
});

it('the package is imported by its name: streams, and a sink in memory', async () => {
  const script = `
    const { ExportError, requests } = await import('deepgram-export');
    const { memorySink } = await import('deepgram-export/testing');
    console.log(requests.name, new ExportError('USAGE', 'no', { kind: 'config' }).kind, memorySink().rows('requests'));
  `;

  const ended = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
  });

  expect(ended).toEqual({ stdout: 'requests config []\n', stderr: '' });
});
