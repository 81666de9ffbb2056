import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { account, intake, KEY } from './world.js';

const API_KEY = 'dd-api-key';

const open = async (settings: { readonly historical?: boolean; readonly window?: string } = {}) => {
  const { historical = true, window = '' } = settings;
  const [{ url }, datadog] = await Promise.all([account(), intake(API_KEY)]);
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write(
    'job.yaml',
    `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: ${url} }
${window}
streams: { usage: { group_by: [] } }
sinks:
  archive: { type: ndjson, path: out, streams: [usage, requests] }
  datadog:
    type: datadog-metrics
    api_key: ${API_KEY}
    api_url: ${datadog.url}
    historical: ${historical}
    streams: [usage, requests]
`,
  );
  const planned = async (...options: readonly string[]) => {
    await terminal.run('plan', '-c', 'job.yaml', ...options);
    return terminal.stdout.split('\n').flatMap((line) => /^(?:usage|requests) .+/.exec(line)?.[0] ?? []);
  };
  return { terminal, planned };
};

const WEEK = /^\w+ +2026-11-13 to 2026-11-20 +8 +\d+ {2}all 2 sinks: 8 never delivered$/;

describe('a sink that takes history', () => {
  it('gets 90 days with its first run, and no other sink does', async () => {
    const { planned } = await open();

    const lines = await planned();

    expect(lines).toEqual([
      expect.stringMatching(
        /^usage +2026-08-23 to 2026-11-20 +90 +\d+ {2}datadog: 90 never delivered; archive: 8 /,
      ),
      expect.stringMatching(
        /^requests +2026-08-23 to 2026-11-20 +90 +\d+ {2}datadog: 90 never delivered; archive: 8 /,
      ),
    ]);
  });

  it('gets them once: what it has is not read again', async () => {
    const { terminal, planned } = await open();

    const code = await terminal.run('sync', '-c', 'job.yaml', '--stream', 'usage', '--quiet');
    const [usage, requests] = await planned();

    expect(code).toBe(0);
    expect(usage).toMatch(
      /^usage +- +0 +0 {2}not read: .*datadog: 86 closed, 4 unchanged since they were read/,
    );
    expect(requests).toMatch(/^requests +2026-08-23 to 2026-11-20 +90 /);
  });

  it('loses nothing where there is no more to read', async () => {
    const { terminal, planned } = await open();

    await planned('--verbose');

    expect(terminal.stderr).not.toContain('lost for good');
  });
});

describe('the window counts', () => {
  it('for a sink that takes none', async () => {
    const { planned } = await open({ historical: false });

    expect(await planned()).toEqual([expect.stringMatching(WEEK), expect.stringMatching(WEEK)]);
  });

  it('where it is in the file, though it be that of the default', async () => {
    const { planned } = await open({ window: 'window: { since: 7d }' });

    expect(await planned()).toEqual([expect.stringMatching(WEEK), expect.stringMatching(WEEK)]);
  });

  it('where it is on the command line', async () => {
    const { planned } = await open();

    expect(await planned('--since', '7d')).toEqual([
      expect.stringMatching(WEEK),
      expect.stringMatching(WEEK),
    ]);
  });

  it('where nothing is remembered: every run would read all of it', async () => {
    const { planned } = await open();

    const lines = await planned('--no-state');

    expect(lines.every((line) => line.includes('2026-11-13 to 2026-11-20'))).toBe(true);
  });
});
