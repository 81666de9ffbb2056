import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from './world.js';

async function ready(url: string, env: Readonly<Record<string, string>> = {}): Promise<Terminal> {
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY, ...env } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE, TABLEAU]));
  return terminal;
}

async function summaryOf(terminal: Terminal): Promise<unknown> {
  const files = await terminal.files();
  return JSON.parse(files['summary.json'] ?? '');
}

const SYNC = ['sync', '-c', 'job.yaml', '--stream', 'usage', 'balances'];

describe('--summary writes JSON', () => {
  it('of a run that went well', async () => {
    const { url, calls } = await account();
    const terminal = await ready(url);

    await terminal.run(...SYNC, '--summary', 'summary.json');

    expect(await summaryOf(terminal)).toMatchObject({
      version: 1,
      outcome: 'delivered',
      exit_code: 0,
      dry_run: false,
      started_at: '2026-11-20T12:00:00.000000Z',
      window: { since: '2026-11-19', until: '2026-11-20' },
      projects: [{ id: 'p-1', name: 'Support line' }],
      http: { calls: calls.length, retries: 0, waited_ms: 0 },
      streams: [
        { name: 'balances', partitions: 1, failed_partitions: 0, records: 2 },
        { name: 'usage', partitions: 2, failed_partitions: 0, records: 2 },
      ],
      sinks: [
        { name: 'archive', type: 'ndjson', required: true, accepted: 4, failure: null },
        { name: 'tableau', type: 'tableau-csv', required: true, accepted: 4, failure: null },
      ],
      error: null,
    });
  });

  it('of a run with calls that had to be made again', async () => {
    const { url, faults } = await account();
    faults.next('server-error', 2, ({ path }) => path.endsWith('/balances'));
    const terminal = await ready(url);

    const code = await terminal.run(...SYNC, '--summary', 'summary.json');

    expect(code).toBe(0);
    expect(await summaryOf(terminal)).toMatchObject({ http: { retries: 2 } });
    expect(terminal.stdout).toContain('2 of them again');
  });

  it('when the configuration is wrong', async () => {
    const { url } = await account();
    const terminal = await ready(url);
    await terminal.write('job.yaml', `${jobText(url, [ARCHIVE])}wndow: {}\n`);

    await terminal.run(...SYNC, '--summary', 'summary.json');

    expect(await summaryOf(terminal)).toMatchObject({
      outcome: 'config',
      exit_code: 2,
      window: null,
      streams: [],
      error: {
        code: 'CONFIG_INVALID',
        kind: 'config',
        message: expect.stringContaining('(did you mean "window"?)'),
      },
    });
  });

  it('when the key is refused', async () => {
    const { url } = await account({ apiKey: 'another-key' });
    const terminal = await ready(url);

    await terminal.run(...SYNC, '--summary', 'summary.json');

    expect(await summaryOf(terminal)).toMatchObject({
      outcome: 'source-incomplete',
      exit_code: 3,
      error: { code: 'HTTP_STATUS', kind: 'auth', hint: expect.stringContaining('source.api_key') },
    });
  });
});

it.each(['absent/summary.json', '.'])(
  '--summary %s, which cannot be written, is exit 2 before any call',
  async (path) => {
    const { url, calls } = await account();
    const terminal = await ready(url);

    const code = await terminal.run(...SYNC, '--summary', path);

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(`--summary: ${path} cannot be written`);
    expect(calls).toEqual([]);
    expect(await terminal.files('out')).toEqual({});
  },
);

describe('$GITHUB_STEP_SUMMARY', () => {
  it('gets the summary as Markdown, after what is there already', async () => {
    const { url } = await account();
    const terminal = await ready(url, { GITHUB_STEP_SUMMARY: 'steps.md' });
    await terminal.write('steps.md', '# Earlier step\n');

    await terminal.run(...SYNC);

    const { 'steps.md': markdown = '' } = await terminal.files();
    expect(markdown.split('\n').slice(0, 2)).toEqual([
      '# Earlier step',
      '### deepgram-export: Everything was delivered.',
    ]);
    expect(markdown).toContain('| usage | 2 | 2 |  |');
    expect(markdown).toContain('| archive | ndjson | 4 | 0 | ok |');
  });

  it('is written on failure as well', async () => {
    const { url } = await account({ apiKey: 'another-key' });
    const terminal = await ready(url, { GITHUB_STEP_SUMMARY: 'steps.md' });

    await terminal.run(...SYNC);

    const { 'steps.md': markdown = '' } = await terminal.files();
    expect(markdown).toContain('### deepgram-export: Not everything could be read from Deepgram. (exit 3)');
    expect(markdown).toContain('- Check the API key in source.api\\_key');
  });

  it('that cannot be written is said, and does not fail the run', async () => {
    const { url } = await account();
    const terminal = await ready(url, { GITHUB_STEP_SUMMARY: 'absent/steps.md' });

    const code = await terminal.run(...SYNC);

    expect(code).toBe(0);
    expect(terminal.stderr).toContain(
      'The summary could not be written to $GITHUB_STEP_SUMMARY: its folder is not there, or nothing can be made in it.',
    );
  });
});
