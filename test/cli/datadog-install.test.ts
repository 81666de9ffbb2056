import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  API_KEY,
  APP_KEY,
  all,
  assetsOf,
  configurationOf,
  openOrganization,
} from '../connectors/datadog/install/organization.js';
import { Terminal } from './terminal.js';

describe('help', () => {
  it.each([
    ['--help', 'deepgram-export datadog'],
    ['datadog --help', 'deepgram-export datadog install'],
    ['datadog --help', 'deepgram-export datadog uninstall'],
    ['datadog install --help', '--every'],
    ['datadog install --help', '--balance-below'],
    ['datadog install --help', '--config'],
    ['datadog uninstall --help', '--dry-run'],
  ])('%s lists %s', async (line, listed) => {
    const terminal = await Terminal.open();

    const code = await terminal.run(...line.split(' '));

    expect(code).toBe(0);
    expect(terminal.stdout).toMatch(new RegExp(`^ +(-\\w, )?${listed}\\b`, 'm'));
  });
});

describe('what is not understood ends with exit 2', () => {
  it.each([
    ['datadog', 'Which: install or export or uninstall?'],
    ['datadog instal', 'Did you mean install?'],
    ['datadog install --evry 1h', 'There is no option --evry (did you mean "--every"?).'],
    ['datadog uninstall --every 1h', 'This command has no option --every.'],
    ['datadog install --notify', '--notify needs a value.'],
    ['datadog install --every 1h --every 2h', '--every is given twice.'],
  ])('%s', async (line, message) => {
    const terminal = await Terminal.open();

    const code = await terminal.run(...line.split(' '));

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(message);
  });
});

describe('without an application key nothing is contacted', () => {
  it.each(['install', 'uninstall', 'install --dry-run'])('%s', async (line) => {
    const organization = await openOrganization();
    await organization.configure({ site: 'us3.datadoghq.com' });
    delete organization.terminal.env.DD_APP_KEY;

    const code = await organization.run(...line.split(' '));

    const { stderr } = organization.terminal;
    expect(code).toBe(2);
    expect(stderr).toContain('The sink datadog has no `app_key`');
    expect(stderr).toContain('https://us3.datadoghq.com/organization-settings/application-keys');
    expect(stderr).toContain('dashboards_read, dashboards_write, monitors_read and monitors_write');
    expect(organization.intake.assets.count).toBe(0);
  });
});

describe('keys that are refused', () => {
  it.each([
    ['the API key', { api_key: 'another-api-key', app_key: APP_KEY }],
    ['the application key', { app_key: 'another-app-key' }],
  ])('%s: both, the site and the permissions are named, once, and exit 5', async (_, keys) => {
    const organization = await openOrganization();
    await organization.configure({ site: 'datadoghq.eu', ...keys });

    const code = await organization.run('install');

    const lines = organization.terminal.stderr.split('\n');
    const hints = lines.filter((line) => line.startsWith('Check that `api_key` and `app_key`'));
    expect(code).toBe(5);
    expect(organization.outcomes()).toEqual(all('failed'));
    expect(lines.slice(0, 1)).toEqual([
      `Datadog refused to list the dashboards (403 from ${organization.intake.url}).`,
    ]);
    expect(hints).toHaveLength(1);
    expect(hints[0]).toContain('`site`, now datadoghq.eu, is the one in your Datadog address');
    expect(hints[0]).toContain('dashboards_read, dashboards_write, monitors_read and monitors_write');
    expect(hints[0]).toContain('https://app.datadoghq.eu/organization-settings/application-keys');
  });

  it('for one kind only: the other is installed, and exit 4', async () => {
    const organization = await openOrganization();
    const refusal = { when: 'before', status: 403 } as const;
    organization.intake.assets.faults.set('GET /api/v1/monitor', [refusal]);

    const code = await organization.run('install');

    expect(code).toBe(4);
    expect(organization.outcomes()).toEqual([...all('created').slice(0, 1), ...all('failed').slice(1)]);
  });

  it('of an uninstall end it with exit 5', async () => {
    const organization = await openOrganization();
    await organization.configure({ app_key: 'another-app-key' });

    const code = await organization.run('uninstall');

    expect(code).toBe(5);
    expect(organization.outcomes()).toEqual([
      'failed dashboard every dashboard of deepgram-export',
      'failed monitor every monitor of deepgram-export',
    ]);
  });

  it('are in no output, whatever Datadog repeats', async () => {
    const organization = await openOrganization();
    const { assets } = organization.intake;
    assets.dashboards.add({
      title: `Keys ${APP_KEY} ${API_KEY}`,
      description: '[deepgram-export:dashboard]',
      layout_type: 'ordered',
      widgets: [],
    });

    await organization.run('install', '--verbose');

    const said = organization.terminal.stdout + organization.terminal.stderr;
    expect(said).toContain('updated  dashboard  Keys [REDACTED] [REDACTED]');
    expect(said).not.toContain(APP_KEY);
    expect(said).not.toContain(API_KEY);
  });
});

it('an answer that is not Datadog’s is said to be none, and exit 5', async () => {
  const organization = await openOrganization();
  const server = createServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  await organization.configure({ app_key: APP_KEY, api_url: `http://127.0.0.1:${port}` });

  const code = await organization.run('install');

  expect(code).toBe(5);
  expect(organization.terminal.stderr).toContain(
    'Could not list the dashboards: Datadog gave an answer of an',
  );
  expect(organization.terminal.stderr).toContain(
    'Check that `api_url`, where it is set, leads to Datadog itself.',
  );
});

describe('which sink it is about', () => {
  const sink = (apiUrl: string) => ({
    type: 'datadog-metrics',
    api_key: API_KEY,
    app_key: APP_KEY,
    api_url: apiUrl,
  });

  it('must be said where there are several', async () => {
    const { intake, terminal, run } = await openOrganization();
    const here = sink(intake.url);
    await terminal.write('job.yaml', configurationOf({ prod: here, test: { ...here, prefix: 'test' } }));

    const code = await run('install');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('There are several sinks of the type datadog-metrics: prod, test.');
    expect(terminal.stderr).toContain('--sink NAME');
    expect(intake.assets.count).toBe(0);
  });

  it('is the one that is named', async () => {
    const organization = await openOrganization();
    const here = sink(organization.intake.url);
    const job = configurationOf({ prod: here, test: { ...here, prefix: 'tested' } });
    await organization.terminal.write('job.yaml', job);

    const code = await organization.run('install', '--sink', 'test');

    expect(code).toBe(0);
    expect(organization.terminal.stdout).toContain('for the sink test');
    expect(JSON.stringify(assetsOf(organization))).toContain('sum:tested.requests{');
  });

  it.each([
    ['is of another type', ['--sink', 'archive'], 'There is no sink of the type datadog-metrics here.'],
    ['is not there', ['--sink', 'datadgo'], '"datadgo" is not in this job (did you mean "datadog"?)'],
  ])('ends with exit 2 where it %s', async (_, argv, message) => {
    const { intake, terminal, run } = await openOrganization();
    const archive = { type: 'ndjson', path: 'out' };
    await terminal.write('job.yaml', configurationOf({ datadog: sink(intake.url), archive }));

    const code = await run('install', ...argv);

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(message);
    expect(intake.assets.count).toBe(0);
  });
});

describe('what stays empty because of the configuration is said', () => {
  it('not at all where the sink gets everything', async () => {
    const organization = await openOrganization();

    await organization.run('install', '--notify', '@slack-voice');

    expect(organization.terminal.stderr).toBe('');
  });

  it('for streams and dimensions', async () => {
    const organization = await openOrganization();
    await organization.configure({
      app_key: APP_KEY,
      streams: ['requests', 'usage', 'billing', 'balances', 'usage_by_models', 'usage_by_endpoint'],
      dimensions: ['project', 'endpoint', 'model'],
    });

    await organization.run('install');

    const { stderr } = organization.terminal;
    expect(stderr).toContain(
      'The sink datadog does not get billing_by_accessor, billing_by_line_item, billing_by_line_item_tags, ' +
        'usage_by_accessor, usage_by_tags: ',
    );
    expect(stderr).toContain('leaves out deployment, method, status: ');
  });

  it('and that a new monitor tells nobody yet; once it is there, that is people’s business', async () => {
    const organization = await openOrganization();

    await organization.run('install', '--monitors');
    await organization.run('install', '--monitors');

    const { stderr } = organization.terminal;
    expect(stderr.match(/A new monitor tells nobody/g)).toHaveLength(1);
  });
});

it('--quiet says nothing where all is well', async () => {
  const organization = await openOrganization();

  const code = await organization.run('install', '--quiet');

  expect(code).toBe(0);
  expect(organization.terminal.stdout + organization.terminal.stderr).toBe('');
  expect(assetsOf(organization)).toHaveLength(5);
});
