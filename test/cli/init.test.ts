import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.js';

const CI = fileURLToPath(new URL('../../config/ci/', import.meta.url));
const ENV = {
  DEEPGRAM_API_KEY: 'dg-key-for-tests',
  DD_API_KEY: 'dd-key-for-tests',
  DATABASE_URL: 'postgres://writer@127.0.0.1/analytics',
};

describe('init asks nothing, and writes what works', () => {
  it.each([
    ['', 'tableau (tableau-csv), archive (ndjson)', 'DEEPGRAM_API_KEY=…'],
    ['--tableau', 'tableau (tableau-csv), archive (ndjson)', 'DEEPGRAM_API_KEY=…'],
    ['--datadog', 'datadog (datadog-metrics)', 'DEEPGRAM_API_KEY=… DD_API_KEY=…'],
    ['--postgres', 'database (postgres)', 'DEEPGRAM_API_KEY=… DATABASE_URL=…'],
    ['--grafana --report', 'report (report), database (postgres)', 'DEEPGRAM_API_KEY=… DATABASE_URL=…'],
    [
      '--datadog --tableau --postgres --grafana --report',
      'tableau (tableau-csv), archive (ndjson), report (report), datadog (datadog-metrics), database (postgres)',
      'DEEPGRAM_API_KEY=… DD_API_KEY=… DATABASE_URL=…',
    ],
  ])('with these sinks on and the others in remarks: %s', async (options, sinks, variables) => {
    const terminal = await Terminal.open({ env: ENV });

    const code = await terminal.run('init', ...options.split(' ').filter(Boolean));
    const valid = await terminal.run('validate', '--env');

    const { 'deepgram-export.yaml': text = '' } = await terminal.files();
    expect([code, valid]).toEqual([0, 0]);
    expect(terminal.stdout).toContain(`streams to ${sinks}\n`);
    expect(text).toMatch(/# Configuration of deepgram-export/);
    for (const type of ['tableau-csv', 'ndjson', 'report', 'datadog-metrics', 'postgres'])
      expect(text).toMatch(new RegExp(`^ {2}(# )? {2}type: ${type}\\b`, 'm'));
    expect(terminal.stdout.split('\n').slice(0, 4)).toEqual([
      'deepgram-export.yaml is written: edit it to your taste. Next:',
      `  1. export ${variables}`,
      '  2. deepgram-export check',
      '  3. deepgram-export sync',
    ]);
  });

  it.each([
    ['github', 'github-actions.yml', '.github/workflows/deepgram-export.yml'],
    ['gitlab', 'gitlab-ci.yml', '.gitlab-ci.yml'],
    ['kubernetes', 'kubernetes.yaml', 'deepgram-export-cronjob.yaml'],
    ['cron', 'crontab', 'deepgram-export.crontab'],
  ])('with --%s also what runs it, as the recipe has it', async (option, recipe, written) => {
    const terminal = await Terminal.open();

    const code = await terminal.run('init', '--datadog', `--${option}`);

    const files = await terminal.files();
    expect(code).toBe(0);
    expect(Object.keys(files).sort()).toEqual([written, 'deepgram-export.yaml'].sort());
    expect(files[written]).toBe(await readFile(join(CI, recipe), 'utf8'));
    expect(terminal.stdout).toContain(`${written} is written: `);
  });

  it('to another file, which the next commands name', async () => {
    const terminal = await Terminal.open();

    const code = await terminal.run('init', 'mine.yaml');

    expect(code).toBe(0);
    expect(terminal.stdout).toContain('  2. deepgram-export check -c mine.yaml\n');
  });
});

describe('init writes over nothing', () => {
  it('that is there, and then writes nothing else', async () => {
    const terminal = await Terminal.open();
    await terminal.write('.gitlab-ci.yml', 'precious');

    const code = await terminal.run('init', '--gitlab', '--cron');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('.gitlab-ci.yml was not written: it is there already.');
    expect(await terminal.files()).toEqual({ '.gitlab-ci.yml': 'precious' });
  });

  it('unless it is told to', async () => {
    const terminal = await Terminal.open();
    await terminal.write('deepgram-export.yaml', 'of no use any more');

    const code = await terminal.run('init', '--force');

    expect(code).toBe(0);
    expect(await terminal.run('validate')).toBe(0);
  });

  it('that a workflow would not run', async () => {
    const terminal = await Terminal.open();

    const code = await terminal.run('init', 'mine.yaml', '--github');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('What --github writes runs deepgram-export.yaml, and not mine.yaml.');
    expect(await terminal.files()).toEqual({});
  });

  it('says why it could not write', async () => {
    const terminal = await Terminal.open();

    const code = await terminal.run('init', 'absent/job.yaml');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('absent/job.yaml was not written: its folder is not there');
  });
});
