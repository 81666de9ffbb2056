import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveWindow } from '../../src/config/settings/window.js';
import { silentLog } from '../../src/log/log.js';
import { systemClock } from '../../src/time/clock.js';
import { errorOf, load, loadText, right } from './load-text.js';

test('a short file is filled up with the defaults', async () => {
  const job = await loadText(right);

  expect(job.source).toMatchObject({ type: 'deepgram', projects: 'all' });
  expect(job.source.settings).toMatchObject({
    base_url: 'https://api.deepgram.com',
    max_concurrency: 8,
    states: { unknown_after: 3_600_000, lost_after: 172_800_000, priced_within: 14_400_000 },
  });
  expect(job.secrets[0]?.reveal()).toBe('dg-key-for-tests');
  expect(job.streams.map(({ name }) => name)).toEqual([
    'projects',
    'api_keys',
    'models',
    'balances',
    'purchases',
    'usage',
    'usage_by_endpoint',
    'usage_by_method',
    'usage_by_models',
    'usage_by_tags',
    'usage_by_accessor',
    'billing',
    'billing_by_line_item',
    'billing_by_accessor',
    'billing_by_line_item_tags',
    'requests',
    'reconciliation',
  ]);
  expect(resolveWindow(job.window, Date.parse('2026-11-20T11:59:00Z'))).toMatchObject({
    since: '2026-11-13',
    until: '2026-11-20',
  });
  expect(job.sinks).toMatchObject([
    { name: 'files', type: 'ndjson', required: true, deadlineMs: 300_000, missing: 'deliver' },
  ]);
  expect(job.sinks[0]?.streams).toEqual(job.streams);
});

test('what the file says is what the job has', async () => {
  const text = `version: 1
source:
  type: deepgram
  api_key: dg-key-for-tests
  base_url: http://127.0.0.1:8080/base/
  projects: [one, Two words]
  max_concurrency: 64
  states: { unknown_after: 2h, lost_after: 3d, priced_within: 2h }
streams:
  requests: false
  api_keys: { include_emails: true }
  usage: { group_by: [] }
  billing: { group_by: [[deployment, tags]] }
  models: false
  balances: false
  purchases: false
window: { since: 2026-01-31, until: 2026-02-01, lookback: P5D }
state: { path: /var/lib/deepgram-export/state.json }
sinks:
  tables: { type: tableau-csv, path: out/t, layout: daily, required: false, deadline: 90s, missing: leave }
  dd: { type: datadog-metrics, api_key: dd-key-for-tests, site: not.known, api_url: https://proxy.example.com, streams: [billing, usage] }
`;

  const job = await loadText(text);

  expect(job.source.projects).toEqual(['one', 'Two words']);
  expect(job.source.settings).toMatchObject({
    base_url: 'http://127.0.0.1:8080/base',
    max_concurrency: 64,
    states: { unknown_after: 7_200_000, lost_after: 259_200_000, priced_within: 7_200_000 },
  });
  expect(job.streams.map(({ name }) => name)).toEqual([
    'projects',
    'api_keys',
    'usage',
    'billing',
    'billing_by_deployment_tags',
    'reconciliation',
  ]);
  expect(job.streams[1]?.fields.map(({ name }) => name)).toContain('member_email');
  expect(job.window).toEqual({
    since: { kind: 'day', day: '2026-01-31' },
    until: { kind: 'day', day: '2026-02-01' },
    lookback: 432_000_000,
  });
  expect(job.state.path).toBe('/var/lib/deepgram-export/state.json');
  const [tables, dd] = job.sinks;
  expect(tables).toMatchObject({ required: false, deadlineMs: 90_000, missing: 'leave' });
  expect(dd?.outputPaths).toEqual([]);
  expect(dd?.streams.map(({ name }) => name)).toEqual(['usage', 'billing']);
  expect(job.secrets.map((secret) => secret.reveal())).toEqual(['dg-key-for-tests', 'dd-key-for-tests']);
});

test('without a file, output paths start at the working directory', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'config-'));
  const env = { DEEPGRAM_API_KEY: 'dg-key-for-tests' };

  const job = await load({ cwd, env, mode: 'resolve' });

  expect(job.sinks.flatMap(({ outputPaths }) => outputPaths)).toEqual([
    join(cwd, 'deepgram-export/tableau'),
    join(cwd, 'deepgram-export/ndjson'),
  ]);
});

test('without a file, the key alone is enough', async () => {
  const job = await load({
    cwd: tmpdir(),
    env: { DEEPGRAM_API_KEY: 'dg-key-for-tests' },
    mode: 'resolve',
  });

  expect(job.sinks.map(({ name, type }) => `${name}: ${type}`)).toEqual([
    'tableau: tableau-csv',
    'ndjson: ndjson',
  ]);
  expect(job.secrets[0]?.reveal()).toBe('dg-key-for-tests');
});

test.each([undefined, ''])('without a file and a key (%j), the error says what to do', async (key) => {
  const error = await errorOf(load({ cwd: tmpdir(), env: { DEEPGRAM_API_KEY: key }, mode: 'structure' }));

  expect(error).toMatchObject({
    code: 'CONFIG_INVALID',
    kind: 'config',
    message: 'There is no configuration file and no DEEPGRAM_API_KEY.',
  });
  expect(error.hint).toMatch(/Set DEEPGRAM_API_KEY .* -c FILE, .* init`, .* demo`/);
});

test('a sink is opened with its own settings', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'config-'));
  const job = await loadText(right, { mode: 'resolve' });
  const [files] = job.sinks;

  const sink = await files?.open({
    name: 'files',
    cwd,
    clock: systemClock,
    log: silentLog,
    streams: files.streams,
    env: {},
    userAgent: 'tests',
  });

  expect(sink?.name).toBe('files');
  expect(await sink?.check(new AbortController().signal)).toMatchObject({ ok: true, what: 'write to out' });
});

test('the state may be a file that is said to be one, or a database, whose password is secret', async () => {
  const [file, database, open] = await Promise.all([
    loadText(`${right}state: { type: file, path: /var/state.json }\n`),
    loadText(`${right}state: { type: postgres, url: "\${URL}", schema: ours }\n`, {
      env: { URL: 'postgres://writer:hunter%2F2@db/analytics' },
    }),
    loadText(`${right}state: { type: postgres, url: "\${URL}" }\n`, { mode: 'structure' }),
  ]);

  expect(file.state).toEqual({ path: '/var/state.json' });
  expect([database.state.path, open.state.path]).toEqual([undefined, undefined]);
  const secrets = database.secrets.map((secret) => secret.reveal());
  expect(secrets).toEqual(
    expect.arrayContaining(['hunter/2', 'hunter%2F2', 'postgres://writer:hunter%2F2@db/analytics']),
  );
});
