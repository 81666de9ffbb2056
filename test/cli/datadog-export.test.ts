import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { datadogAssets } from '../../connectors/datadog/install/assets/datadog-assets.js';
import { DEFAULT_LIMITS } from '../../connectors/datadog/install/assets/monitor-limits.js';
import { APP_KEY, assetsOf, openOrganization } from '../connectors/datadog/install/organization.js';
import { ownContract, publishedContract } from '../contract/contract.js';
import { Terminal } from './terminal.js';

const JOB = [
  'version: 1',
  'source: { type: deepgram, api_key: "${DEEPGRAM_API_KEY}" }',
  'budget: { daily: 20, monthly: 400 }',
  'sinks:',
  '  datadog: { type: datadog-metrics, api_key: "${DD_API_KEY}", prefix: voice, tags: [env:prod] }',
  '',
].join('\n');
const NO_SINK = `${JOB.split('  datadog:')[0]}  archive: { type: ndjson, path: out }\n`;
const MONITORS = ['no-successful-run', 'error-rate', 'cost-rise', 'low-balance'];
const BUDGETS = ['daily-budget', 'monthly-budget'];

describe('datadog export writes', () => {
  it('what install would put there, without any key', async () => {
    const { terminal, code } = await exported(JOB, '--out', 'datadog');

    const assets = datadogAssets({
      prefix: 'voice',
      tags: ['env:prod'],
      ...DEFAULT_LIMITS,
      dailyBudget: 20,
      monthlyBudget: 400,
    });
    const files = assets.map(({ kind, name, body }) => [
      kind === 'dashboard' ? 'dashboard.json' : `monitors/${name}.json`,
      `${JSON.stringify(body, null, 2)}\n`,
    ]);
    expect(code).toBe(0);
    expect(await terminal.files('datadog')).toEqual(Object.fromEntries(files));
    expect(terminal.stdout).toBe('The dashboard and 6 monitors of the sink datadog are in datadog.\n');
    expect(terminal.stderr).toBe(
      'A new monitor tells nobody: name whom with --notify, or in its message in Datadog, which later installs keep.\n',
    );
  });

  it('the limits that it is given, and whom to tell', async () => {
    const limits = ['--every', '1h', '--error-rate', '2', '--cost-rise', '80', '--balance-below', '9.5'];

    const { monitor, terminal } = await exported(JOB, '--out', 'x', ...limits, '--notify', '@slack-voice');

    expect(await monitor('x', 'error-rate')).toMatchObject({
      query: expect.stringMatching(/ > 2$/),
      message: expect.stringMatching(/\n\n@slack-voice$/),
      options: { thresholds: { critical: 2 }, evaluation_delay: 3_600 },
    });
    expect(await monitor('x', 'cost-rise')).toMatchObject({ options: { thresholds: { critical: 80 } } });
    expect(await monitor('x', 'low-balance')).toMatchObject({ options: { thresholds: { critical: 9.5 } } });
    expect(terminal.stderr).toBe('');
  });

  it('no monitor of a budget that there is not, and removes the one of an earlier export', async () => {
    const { terminal } = await exported(JOB, '--out', 'datadog');
    await terminal.write('datadog/monitors/ours.json', '{}');
    await terminal.write('job.yaml', JOB.replace('daily: 20, ', ''));

    await terminal.run('datadog', 'export', '-c', 'job.yaml', '--out', 'datadog', '--quiet');

    const names = Object.keys(await terminal.files('datadog/monitors')).sort();
    expect(names).toEqual([...MONITORS, 'monthly-budget', 'ours'].map((name) => `${name}.json`).sort());
  });

  it('what the sink does not send is said', async () => {
    const { terminal } = await exported(JOB.replace('prefix', 'dimensions: [model], prefix'), '--out', 'x');

    expect(terminal.stderr).toContain('leaves out deployment, endpoint, method, project, status: ');
  });

  it('files whose marks a later install knows', async () => {
    const organization = await openOrganization();
    const { terminal, intake, run } = organization;
    await terminal.run('datadog', 'export', '-c', 'job.yaml', '--out', 'x');
    const files = await terminal.files('x');
    intake.assets.dashboards.add(JSON.parse(files['dashboard.json'] ?? ''));
    for (const name of MONITORS) intake.assets.monitors.add(JSON.parse(files[`monitors/${name}.json`] ?? ''));

    const code = await run('install');

    expect(code).toBe(0);
    expect(assetsOf(organization)).toHaveLength(1 + MONITORS.length);
  });

  const published = publishedContract('datadog-v1-dashboards-monitors.openapi.json');
  it.each([
    ['our own schemas', true, ownContract('datadog-dashboards'), ownContract('datadog-monitors')],
    [published.name, published.present, published, published],
  ] as const)('JSON that fits %s', async (_, present, dashboards, monitors) => {
    if (!present) return;
    const { terminal } = await exported(JOB, '--out', 'x');

    const { 'dashboard.json': dashboard = '', ...others } = await terminal.files('x');

    expect(dashboards.errorsOf('Dashboard', JSON.parse(dashboard))).toEqual([]);
    expect(Object.keys(others)).toHaveLength(MONITORS.length + BUDGETS.length);
    for (const text of Object.values(others))
      expect(monitors.errorsOf('Monitor', JSON.parse(text))).toEqual([]);
  });
});

describe('datadog export ends with exit 2', () => {
  it.each([
    ['without a folder', JOB, [], '--out is needed.'],
    ['where a file is in the way', JOB, ['--out', 'job.yaml'], '--out: Cannot write'],
    ['without such a sink', NO_SINK, ['--out', 'x'], 'There is no sink of the type datadog-metrics here.'],
    ['where the prefix is not known', JOB.replace('voice', '"${PREFIX}"'), ['--out', 'x'], 'PREFIX'],
    ['with a limit that is none', JOB, ['--out', 'x', '--error-rate', '0'], '--error-rate: must be'],
  ])('%s', async (_, job, argv, message) => {
    const { terminal, code } = await exported(job, ...argv);

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(message);
    expect(Object.keys(await terminal.files())).toEqual(['job.yaml']);
  });
});

it('datadog export follows no link out of its folder, and removes nothing behind one', async () => {
  const terminal = await Terminal.open();
  await terminal.write('job.yaml', JOB.replace(/budget: .*\n/, ''));
  await mkdir(join(terminal.cwd, 'x'));
  await mkdir(join(terminal.cwd, 'elsewhere'));
  await terminal.write('elsewhere/daily-budget.json', 'theirs');
  await symlink(join(terminal.cwd, 'elsewhere'), join(terminal.cwd, 'x/monitors'));

  expect(await terminal.run('datadog', 'export', '-c', 'job.yaml', '--out', 'x')).toBe(2);

  expect(terminal.stderr).toMatch(/--out: .*monitors: it is a symbolic link/);
  expect(await terminal.files('elsewhere')).toEqual({ 'daily-budget.json': 'theirs' });
});

it('no key that is there is in a file', async () => {
  const keys = { DD_API_KEY: 'api-key-of-the-organization', DD_APP_KEY: APP_KEY, DEEPGRAM_API_KEY: 'a-key' };

  const { terminal } = await exported(JOB, '--out', 'x');
  Object.assign(terminal.env, keys);
  await terminal.run('datadog', 'export', '-c', 'job.yaml', '--out', 'x');

  const written = JSON.stringify(await terminal.files('x'));
  for (const key of Object.values(keys)) expect(written).not.toContain(key);
});

async function exported(job: string, ...argv: readonly string[]) {
  const terminal = await Terminal.open();
  await terminal.write('job.yaml', job);
  const code = await terminal.run('datadog', 'export', '-c', 'job.yaml', ...argv);
  const monitor = async (folder: string, name: string) =>
    JSON.parse((await terminal.files(folder))[`monitors/${name}.json`] ?? 'null');
  return { terminal, code, monitor };
}
