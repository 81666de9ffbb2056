import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from './world.js';

describe('validate', () => {
  it('says that a file is right, and contacts nobody', async () => {
    const { url, calls } = await account();
    const terminal = await Terminal.open();
    await terminal.write('job.yaml', jobText(url, [ARCHIVE, TABLEAU]));

    const code = await terminal.run('validate', '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(terminal.stdout).toContain('job.yaml is valid (structure only');
    expect(terminal.stdout).toContain('archive (ndjson), tableau (tableau-csv)');
    expect(terminal.stderr).toBe('');
    expect(calls).toEqual([]);
    expect(Object.keys(await terminal.files())).toEqual(['job.yaml']);
  });

  it.each([[], ['--env']])(
    'says that a base URL is likely wrong, and why: validate %s',
    async (...options) => {
      const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
      await terminal.write('job.yaml', jobText('https://api.eu.deepgram.com', [ARCHIVE]));

      const code = await terminal.run('validate', '-c', 'job.yaml', ...options);

      expect(code).toBe(0);
      expect(terminal.stderr).toMatch(
        /^source\.base_url is api\.eu\.deepgram\.com, which has no management API/,
      );
    },
  );

  it('takes a base URL of the environment for what it may be', async () => {
    const terminal = await Terminal.open({
      env: { DEEPGRAM_API_KEY: KEY, BASE: 'https://api.eu.deepgram.com' },
    });
    await terminal.write('job.yaml', jobText('${BASE}', [ARCHIVE]));

    const codes = [
      await terminal.run('validate', '-c', 'job.yaml'),
      await terminal.run('validate', '-c', 'job.yaml', '--env'),
    ];

    expect(codes).toEqual([0, 0]);
    expect(terminal.stderr.match(/source\.base_url is/g)).toHaveLength(1);
  });

  it('shows every mistake at once, each with its place and what was meant', async () => {
    const terminal = await Terminal.open();
    const lines = [
      'version: 1',
      'sorce: {}',
      'source: { type: deepgram, api_key: k1k1k1k1, base_ulr: "https://api.deepgram.com" }',
      'sinks:',
      '  archive: { type: ndjson, path: out, compresion: gzip }',
    ];
    await terminal.write('job.yaml', lines.join('\n'));

    const code = await terminal.run('validate', '-c', 'job.yaml');

    expect(code).toBe(2);
    expect(terminal.stderr.split('\n').slice(0, 3)).toEqual([
      'job.yaml:2:1  sorce: is no setting known here (did you mean "source"?)',
      'job.yaml:3:46  source.base_ulr: is no setting known here (did you mean "base_url"?)',
      'job.yaml:5:39  sinks.archive.compresion: is no setting known here (did you mean "compression"?)',
    ]);
    expect(terminal.stderr).not.toContain('k1k1k1k1');
    expect(terminal.stdout).toBe('');
  });

  it('with --env names what the environment lacks, and where it is asked for', async () => {
    const terminal = await Terminal.open();
    await terminal.write('job.yaml', jobText('https://api.deepgram.com', [ARCHIVE]));

    const code = await terminal.run('validate', '--env', '-c', 'job.yaml');

    expect(code).toBe(2);
    expect(terminal.stderr).toMatch(/^job\.yaml:4:12 {2}source\.api_key: .*DEEPGRAM_API_KEY/m);
  });

  it('with --env is content when the environment has it all', async () => {
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
    await terminal.write('job.yaml', jobText('https://api.deepgram.com', [ARCHIVE]));

    const code = await terminal.run('validate', '--env', '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(terminal.stdout).toContain('job.yaml is valid (structure and environment)');
  });

  it('says so when there is no such file, and what to do', async () => {
    const terminal = await Terminal.open();

    const code = await terminal.run('validate', '-c', 'absent.yaml');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('There is no file absent.yaml.');
    expect(terminal.stderr).toContain('deepgram-export init');
  });

  it('without a file and without a key says how to begin', async () => {
    const terminal = await Terminal.open();

    const code = await terminal.run('validate');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('There is no configuration file and no DEEPGRAM_API_KEY.');
    expect(terminal.stderr).toContain('deepgram-export demo');
  });

  it('takes the built-in configuration when there is no file and the environment has a key', async () => {
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });

    const code = await terminal.run('validate', '--env');

    expect(code).toBe(0);
    expect(terminal.stdout).toContain('The built-in configuration is valid');
    expect(terminal.stdout).toContain('tableau (tableau-csv), ndjson (ndjson)');
  });
});

it('schema prints a JSON Schema of the configuration', async () => {
  const terminal = await Terminal.open();

  const code = await terminal.run('schema');

  const schema: unknown = JSON.parse(terminal.stdout);
  expect(code).toBe(0);
  expect(schema).toMatchObject({ type: 'object', properties: { source: {}, streams: {}, sinks: {} } });
});
