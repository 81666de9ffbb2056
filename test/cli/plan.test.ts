import { expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY } from './world.js';

const DATADOG = 'datadog: { type: datadog-metrics, api_key: dd-api-key, streams: [usage, requests] }';
const OTHER = 'other: { type: ndjson, path: out/other, streams: [usage, requests] }';

it('shows days, partitions, calls and reasons of each stream, and asks for the projects and their totals only', async () => {
  const { url, calls } = await account({
    projects: [
      { id: 'p-1', name: 'Support line' },
      { id: 'p-2', name: 'Meeting notes' },
    ],
  });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE, OTHER]));
  const streams = ['--stream', 'requests', 'usage', 'balances', 'models'];

  const code = await terminal.run('plan', '-c', 'job.yaml', '--since', '3d', ...streams);

  expect(code).toBe(0);
  expect(terminal.stdout.split('\n')).toEqual([
    '2026-11-17 to 2026-11-20, 2 projects',
    '',
    'STREAM    DAYS                      PARTITIONS  CALLS  WHY',
    'models    snapshot                           2      2  archive: 2 as it is now',
    'balances  2026-11-20                         2      2  archive: 2 never delivered',
    'usage     2026-11-17 to 2026-11-20           8      2  all 2 sinks: 8 never delivered',
    'requests  2026-11-17 to 2026-11-20           8      8  all 2 sinks: 8 never delivered',
    '',
    '20 partitions, at least 19 calls, 5 of them for projects and totals, and a few for names.',
    'A day with more than 1,000 requests takes about one call more for every 900 of them.',
    '',
  ]);
  expect(calls.map(({ path }) => path).sort()).toEqual([
    '/v1/projects',
    '/v1/projects/p-1/billing/breakdown',
    '/v1/projects/p-1/usage/breakdown',
    '/v1/projects/p-2/billing/breakdown',
    '/v1/projects/p-2/usage/breakdown',
  ]);
  expect(Object.keys(await terminal.files())).toEqual(['job.yaml']);
});

it('says what the records come to in a sink that can tell, and asks for what it reckons with', async () => {
  const { url, calls } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE, DATADOG]));

  const code = await terminal.run('plan', '-c', 'job.yaml');

  expect(code).toBe(0);
  const told = terminal.stdout.split('\n').filter((line) => line.startsWith('datadog, '));
  expect(told).toEqual([
    expect.stringMatching(
      /^datadog, custom metrics: at most [\d,]+ in a day over 1 project.* `model` \(up to 12 values\)/,
    ),
    expect.stringMatching(
      /^datadog, history: points older than 1 hour are not sent.*prefix `deepgram\.` in Datadog/,
    ),
  ]);
  expect(calls.map(({ path }) => path).sort()).toEqual([
    '/v1/projects',
    '/v1/projects/p-1/billing/breakdown',
    '/v1/projects/p-1/billing/fields',
    '/v1/projects/p-1/keys',
    '/v1/projects/p-1/usage/breakdown',
    '/v1/projects/p-1/usage/fields',
  ]);
});

it('says that a stream has no sink', async () => {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [DATADOG]));

  await terminal.run('plan', '-c', 'job.yaml');

  expect(terminal.stdout).toMatch(/^models +- +0 +0 {2}\(no sink wants it\)$/m);
});

it('ends with exit 3 when the key is refused', async () => {
  const { url } = await account({ apiKey: 'another-key' });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  const code = await terminal.run('plan', '-c', 'job.yaml');

  expect(code).toBe(3);
  expect(terminal.stderr).toContain('Check the API key in source.api_key');
  expect(terminal.stdout).toBe('');
});

it('prints every task as data, for a program', async () => {
  const { url } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE]));

  const code = await terminal.run('plan', '-c', 'job.yaml', '--stream', 'usage', '--format', 'json');

  expect(code).toBe(0);
  expect(JSON.parse(terminal.stdout)).toEqual({
    version: 1,
    window: { since: '2026-11-19', until: '2026-11-20' },
    tasks: [
      {
        source: 'deepgram',
        stream: 'usage',
        project: { id: 'p-1', name: 'Support line' },
        partitions: [
          { day: '2026-11-19', lacking: { archive: { why: 'new' } } },
          { day: '2026-11-20', lacking: { archive: { why: 'new' } } },
        ],
        calls: 1,
      },
    ],
    resting: [],
    warnings: [],
    estimates: {},
  });
});
