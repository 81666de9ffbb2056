import { describe, expect, it } from 'vitest';
import {
  dashboardFile,
  datadogAssets,
  monitorFiles,
} from '../../../../connectors/datadog/install/assets/datadog-assets.js';
import { DEFAULT_LIMITS } from '../../../../connectors/datadog/install/assets/monitor-limits.js';
import type { JsonObject } from '../../../../src/text/json-object.js';
import { all, assetsOf, change, openOrganization } from './organization.js';

const AS_IN_THE_FILES = { daily: 200, monthly: 4_000 };
/** Where workers may have their queue; installing asks nothing of it. */
const IN_A_DATABASE = { type: 'postgres', url: 'postgres://export@127.0.0.1/deepgram' };

describe('the first install', () => {
  it('creates the dashboard and four monitors, and says where they are', async () => {
    const organization = await openOrganization();

    const code = await organization.run('install');

    const [dashboard, ...monitors] = assetsOf(organization);
    expect(code).toBe(0);
    expect(organization.terminal.stdout).toContain(`https://app.datadoghq.com/dashboard/${dashboard?.id}`);
    for (const { id } of monitors) {
      expect(organization.terminal.stdout).toContain(`https://app.datadoghq.com/monitors/${id}`);
    }
    expect(organization.outcomes()).toEqual(all('created'));
    expect(monitors).toHaveLength(4);
  });

  it('sends what the files say, which the official client would change', async () => {
    const organization = await openOrganization();
    await organization.configure({ app_key: '${DD_APP_KEY}' }, AS_IN_THE_FILES, IN_A_DATABASE);

    await organization.run('install');

    const created = organization.intake.assets.calls.filter(({ call }) => call.startsWith('POST'));
    expect(created.map(({ body }) => body)).toEqual([dashboardFile, ...Object.values(monitorFiles)]);
  });

  it('writes the id into the mark, so that a copy does not pass for it', async () => {
    const organization = await openOrganization();

    await organization.run('install');

    const [dashboard, monitor] = assetsOf(organization);
    expect(dashboard?.description).toContain(`[deepgram-export:dashboard:${dashboard?.id}]`);
    expect(monitor?.tags).toEqual([
      'managed_by:deepgram-export',
      'deepgram-export:no-successful-run',
      `deepgram-export-id:${monitor?.id}`,
    ]);
  });

  it.each([
    ['us5.datadoghq.com', 'https://us5.datadoghq.com/'],
    ['datadoghq.eu', 'https://app.datadoghq.eu/'],
    ['us2.ddog-gov.com', 'https://us2.ddog-gov.com/'],
  ])('at %s gives addresses at %s', async (site, address) => {
    const organization = await openOrganization();
    await organization.configure({ app_key: '${DD_APP_KEY}', site });

    await organization.run('install');

    expect(organization.terminal.stdout).toContain(`${address}dashboard/`);
    expect(organization.terminal.stdout).toContain(`${address}monitors/`);
  });

  it.each([
    ['--dashboard', 1, 0],
    ['--monitors', 0, 4],
    ['--dashboard --monitors', 1, 4],
  ])('with %s makes %i dashboards and %i monitors', async (flags, dashboards, monitors) => {
    const organization = await openOrganization();

    await organization.run('install', ...flags.split(' '));

    expect(organization.intake.assets.dashboards.all).toHaveLength(dashboards);
    expect(organization.intake.assets.monitors.all).toHaveLength(monitors);
  });

  it('uses the prefix, the tags and the limits', async () => {
    const organization = await openOrganization();
    await organization.configure({ app_key: '${DD_APP_KEY}', prefix: 'voice', tags: ['env:prod'] });

    await organization.run(
      'install',
      '--every',
      '1h',
      '--error-rate',
      '2',
      '--cost-rise',
      '80',
      '--balance-below',
      '9.5',
    );

    const limits = { every: 3_600_000, errorRate: 2, costRise: 80, balanceBelow: 9.5 };
    const [dashboard, ...monitors] = datadogAssets({ prefix: 'voice', tags: ['env:prod'], ...limits });
    const created = organization.intake.assets.calls.filter(({ call }) => call.startsWith('POST'));
    expect(created.map(({ body }) => body)).toEqual([dashboard, ...monitors].map((asset) => asset?.body));
  });
});

describe('a later install', () => {
  it('leaves everything as it is when nothing has changed', async () => {
    const organization = await openOrganization();
    await organization.run('install');
    organization.outcomes();
    const before = assetsOf(organization);
    const changes = organization.intake.assets.calls.length;

    const code = await organization.run('install');

    expect(code).toBe(0);
    expect(organization.outcomes()).toEqual(all('unchanged'));
    expect(organization.intake.assets.calls).toHaveLength(changes);
    expect(assetsOf(organization)).toEqual(before);
  });

  it('updates what differs, and nothing else', async () => {
    const organization = await openOrganization();
    await organization.run('install');
    organization.outcomes();

    await organization.run('install', '--balance-below', '200');

    expect(organization.outcomes()).toEqual([
      ...all('unchanged').slice(0, 4),
      'updated monitor Deepgram: balance is low',
    ]);
    expect(assetsOf(organization)).toHaveLength(5);
    expect(assetsOf(organization)[4]).toMatchObject({
      query: 'max(last_1h):sum:deepgram.balance{units:usd} by {project,project_id} < 200',
      options: { thresholds: { critical: 200 } },
    });
  });

  it('with another prefix rewrites the same assets', async () => {
    const organization = await openOrganization();
    await organization.run('install');
    organization.outcomes();
    const ids = assetsOf(organization).map(({ id }) => id);

    await organization.configure({ app_key: '${DD_APP_KEY}', prefix: 'voice' });
    await organization.run('install');

    expect(organization.outcomes()).toEqual(all('updated'));
    expect(assetsOf(organization).map(({ id }) => id)).toEqual(ids);
    expect(JSON.stringify(assetsOf(organization))).not.toMatch(/[:`]deepgram\.[a-z]/);
  });

  it('puts back what was changed by hand, and keeps names, messages and further tags', async () => {
    const organization = await openOrganization();
    await organization.run('install');
    organization.outcomes();
    const [dashboard = {}, , monitor = {}] = assetsOf(organization);
    await change(organization, `dashboard/${dashboard.id}`, 'PUT', {
      ...dashboard,
      title: 'Voice',
      description: `Ours. ${dashboard.description}`,
      widgets: [],
      tags: ['team:voice'],
      notify_list: ['a.reader'],
    });
    await change(organization, `monitor/${monitor.id}`, 'PUT', {
      name: 'Voice fails',
      message: 'Look! @slack-voice',
      tags: [...(monitor.tags as string[]), 'team:voice'],
      query: String(monitor.query).replace('last_1h', 'last_4h'),
      options: { thresholds: { critical: 5 }, renotify_interval: 60 },
    });

    await organization.run('install');

    const [dashboardAfter, , monitorAfter] = assetsOf(organization);
    expect(organization.outcomes().filter((line) => line.startsWith('updated'))).toEqual([
      'updated dashboard Voice',
      'updated monitor Voice fails',
    ]);
    expect(dashboardAfter).toMatchObject({
      title: 'Voice',
      description: `Ours. ${dashboard.description}`,
      tags: ['team:voice'],
      notify_list: ['a.reader'],
    });
    expect({ widgets: dashboardAfter?.widgets }).toMatchObject({ widgets: dashboardFile.widgets });
    expect(monitorAfter).toMatchObject({
      name: 'Voice fails',
      message: 'Look! @slack-voice',
      query: monitor.query,
      options: { thresholds: { critical: 5 }, renotify_interval: 60 },
    });
    expect(monitorAfter?.tags).toContain('team:voice');
  });

  it.each([
    ['no-successful-run', ['--every', '1h'], 'max(last_150m):max:deepgram.export.success{*} < 1'],
    ['cost-rise', ['--cost-rise', '80'], expect.stringMatching(/> 80$/)],
    ['error-rate', ['--error-rate', '9', '--every', '1h'], expect.stringMatching(/> 9$/)],
    [
      'low-balance',
      ['--balance-below', '9', '--every', '2h'],
      expect.stringMatching(/^max\(last_4h\).*< 9$/),
    ],
  ])('keeps the limits of %s that an earlier one was given', async (name, limits, query) => {
    const organization = await openOrganization();
    await organization.run('install', ...limits);
    organization.outcomes();
    const before = assetsOf(organization);

    await organization.run('install');

    const monitor = before.find(({ tags }) =>
      JSON.stringify(tags ?? []).includes(`deepgram-export:${name}"`),
    );
    expect(organization.outcomes()).toEqual(all('unchanged'));
    expect(assetsOf(organization)).toEqual(before);
    expect(monitor?.query).toEqual(query);
  });

  it('keeps a limit and a warning that somebody has set in Datadog, also when it updates', async () => {
    const organization = await openOrganization();
    await organization.run('install');
    const [, , monitor = {}] = assetsOf(organization);
    const thresholds = { critical: 7, warning: 3 };
    const query = String(monitor.query).replace(/5$/, '7');
    await change(organization, `monitor/${monitor.id}`, 'PUT', { query, options: { thresholds } });
    await organization.configure({ app_key: '${DD_APP_KEY}', prefix: 'voice' });
    organization.outcomes();

    await organization.run('install');

    expect(organization.outcomes()).toEqual(all('updated'));
    expect(assetsOf(organization)[2]).toMatchObject({
      query: query.replaceAll(':deepgram.', ':voice.'),
      options: { thresholds, evaluation_delay: 900 },
    });
  });

  it('sets limits anew where they are given', async () => {
    const organization = await openOrganization();
    await organization.configure({ app_key: '${DD_APP_KEY}' }, AS_IN_THE_FILES, IN_A_DATABASE);
    const limits = (every: string, errorRate: string, costRise: string, balanceBelow: string) => [
      '--every',
      every,
      '--error-rate',
      errorRate,
      '--cost-rise',
      costRise,
      '--balance-below',
      balanceBelow,
    ];
    await organization.run('install', ...limits('2h', '9', '80', '9'));

    await organization.run('install', ...limits('15m', '5', '50', '50'));

    const files = Object.values(monitorFiles).map(({ query, options }) => ({ query, options }));
    expect(organization.intake.assets.monitors.all).toMatchObject(files);
  });

  it('finds them although somebody has renamed them, and then leaves them alone', async () => {
    const organization = await openOrganization();
    await organization.run('install');
    organization.outcomes();
    const [dashboard = {}, monitor = {}] = assetsOf(organization);
    await change(organization, `dashboard/${dashboard.id}`, 'PUT', { ...dashboard, title: 'Voice' });
    await change(organization, `monitor/${monitor.id}`, 'PUT', { name: 'Export is dead' });

    await organization.run('install');

    expect(organization.outcomes()).toEqual([
      'unchanged dashboard Voice',
      'unchanged monitor Export is dead',
      ...all('unchanged').slice(2),
    ]);
    expect(assetsOf(organization)).toHaveLength(5);
  });

  it('takes away what somebody has added to the dashboard, and leaves a tag added to a monitor', async () => {
    const organization = await openOrganization();
    await organization.run('install');
    organization.outcomes();
    const [dashboard = {}, monitor = {}] = assetsOf(organization);
    const note = { definition: { type: 'note', content: 'Mine' } };
    const widgets = [...(dashboard.widgets as readonly unknown[]), note];
    const tags = [...(monitor.tags as readonly unknown[]), 'team:voice'];
    await change(organization, `dashboard/${dashboard.id}`, 'PUT', { ...dashboard, widgets });
    await change(organization, `monitor/${monitor.id}`, 'PUT', { tags });

    await organization.run('install');

    expect(organization.outcomes()).toEqual([...all('updated').slice(0, 1), ...all('unchanged').slice(1)]);
    expect(JSON.stringify(assetsOf(organization))).not.toContain('Mine');
    expect(assetsOf(organization)[1]?.tags).toEqual(tags);
  });

  it('names whom to notify, and keeps them when it is not told again', async () => {
    const organization = await openOrganization();
    await organization.run('install');
    await organization.run('install', '--notify', '@slack-voice @pagerduty');
    organization.outcomes();

    await organization.run('install');

    const messages = organization.intake.assets.monitors.all.map(({ message }) => String(message));
    expect(organization.outcomes()).toEqual(all('unchanged'));
    expect(messages.filter((message) => message.endsWith('\n\n@slack-voice @pagerduty'))).toHaveLength(4);
  });
});

describe('the budget of the configuration', () => {
  const OVER_THE_BUDGET = [
    'monitor Deepgram: the daily budget is exceeded',
    'monitor Deepgram: the monthly budget is exceeded',
  ] as const;
  const app_key = '${DD_APP_KEY}';

  it('is watched by a monitor of each of its limits', async () => {
    const organization = await openOrganization();
    await organization.configure({ app_key }, { daily: 12.5, monthly: 300 });

    await organization.run('install');

    const [daily, monthly] = organization.intake.assets.monitors.all.slice(4);
    expect(organization.outcomes()).toEqual([
      ...all('created'),
      ...OVER_THE_BUDGET.map((title) => `created ${title}`),
    ]);
    expect(daily).toMatchObject({
      query: 'max(last_2h):sum:deepgram.billing.today.cost{*}.rollup(max, 3600) > 12.5',
      options: { thresholds: { critical: 12.5 } },
    });
    expect(monthly).toMatchObject({
      query: 'max(last_2h):sum:deepgram.billing.month_to_date.cost{*}.rollup(max, 3600) > 300',
      options: { thresholds: { critical: 300 } },
    });
  });

  it('is that of the configuration again, whatever somebody has set in Datadog', async () => {
    const organization = await openOrganization();
    await organization.configure({ app_key }, { monthly: 300 });
    await organization.run('install', '--monitors');
    const { id, query } = organization.intake.assets.monitors.all[4] ?? {};
    await change(organization, `monitor/${id}`, 'PUT', {
      query: String(query).replace(/300$/, '9000'),
      options: { thresholds: { critical: 9_000 } },
    });
    organization.outcomes();

    await organization.run('install', '--monitors');

    expect(organization.outcomes().slice(4)).toEqual([`updated ${OVER_THE_BUDGET[1]}`]);
    expect(organization.intake.assets.monitors.all[4]).toMatchObject({
      query,
      options: { thresholds: { critical: 300 } },
    });
  });

  it('without billing of the sink is said to be watched in vain', async () => {
    const organization = await openOrganization();
    await organization.configure({ app_key, streams: ['requests', 'balances'] }, { monthly: 300 });

    await organization.run('install', '--monitors');

    expect(organization.terminal.stderr).toContain('The sink datadog does not get billing: ');
  });
});

it('what to do without data is said once, although Datadog gives back the older options too', async () => {
  const organization = await openOrganization();
  await organization.run('install');
  const [, monitor = {}] = assetsOf(organization);
  const { on_missing_data: _, ...options } = monitor.options as JsonObject; // as it was created
  const older = { ...options, notify_no_data: true, no_data_timeframe: 60 };
  await change(organization, `monitor/${monitor.id}`, 'PUT', { options: older });

  const code = await organization.run('install');

  const [, after] = assetsOf(organization);
  expect(code).toBe(0);
  expect(after?.options).toMatchObject({ on_missing_data: 'show_and_notify_no_data' });
  for (const { options: now } of organization.intake.assets.monitors.all) {
    expect(now).not.toHaveProperty('notify_no_data');
    expect(now).not.toHaveProperty('no_data_timeframe');
  }
});

describe('what is not ours is never touched:', () => {
  it('a look-alike without the mark', async () => {
    const organization = await openOrganization();
    const { dashboards, monitors } = organization.intake.assets;
    const theirs = [
      dashboards.add({ ...dashboardFile, description: 'managed by deepgram-export, nearly' }),
      monitors.add({ ...monitorFiles['error-rate'], tags: ['managed_by:somebody'] }),
      monitors.add({ ...monitorFiles['error-rate'], tags: ['managed_by:deepgram-export'] }),
      monitors.add({ ...monitorFiles['error-rate'], tags: ['deepgram-export:error-rate'] }),
    ];

    await organization.run('install');
    await organization.run('install', '--error-rate', '9');
    await organization.run('uninstall');

    expect(assetsOf(organization)).toEqual(theirs);
  });

  it('a copy that somebody has made, mark and all', async () => {
    const organization = await openOrganization();
    const { dashboards, monitors } = organization.intake.assets;
    await organization.run('install');
    const copies = [
      dashboards.add({ ...dashboards.all[0], title: 'Mine' }),
      monitors.add({ ...monitors.all[1], name: 'Mine' }),
    ];

    await organization.run('install', '--error-rate', '9');
    await organization.run('uninstall');
    await organization.run('uninstall');

    expect(assetsOf(organization)).toEqual(copies);
    expect(organization.terminal.stdout).toMatch(/^Nothing of deepgram-export is there .*\n$/m);
  });
});

describe('uninstall', () => {
  it('removes what install has made, and says so', async () => {
    const organization = await openOrganization();
    await organization.run('install');
    organization.outcomes();

    const code = await organization.run('uninstall');

    expect(code).toBe(0);
    expect(organization.outcomes()).toEqual(all('removed'));
    expect(assetsOf(organization)).toEqual([]);
  });

  it('of the monitors leaves the dashboard', async () => {
    const organization = await openOrganization();
    await organization.run('install');

    await organization.run('uninstall', '--monitors');

    expect(organization.intake.assets.dashboards.all).toHaveLength(1);
    expect(organization.intake.assets.monitors.all).toEqual([]);
  });
});

describe('a dry run changes nothing', () => {
  it('of the first install: it says what it would create, and has the monitors looked at', async () => {
    const organization = await openOrganization();

    const code = await organization.run('install', '--dry-run');

    const calls = organization.intake.assets.calls.map(({ call }) => call);
    expect(code).toBe(0);
    expect(organization.outcomes()).toEqual(all('would create'));
    expect(calls).toEqual(Array.from({ length: 4 }, () => 'POST /api/v1/monitor/validate'));
    expect(assetsOf(organization)).toEqual([]);
  });

  it('of an update and of an uninstall', async () => {
    const organization = await openOrganization();
    await organization.run('install');
    organization.outcomes();
    const before = assetsOf(organization);

    await organization.run('install', '--error-rate', '9', '--dry-run');
    await organization.run('uninstall', '--dry-run');

    expect(organization.outcomes()).toEqual([
      ...all('unchanged').slice(0, 2),
      'would update monitor Deepgram: error rate is high',
      ...all('unchanged').slice(3),
      ...all('would remove'),
    ]);
    expect(assetsOf(organization)).toEqual(before);
  });

  it('says what Datadog would not take', async () => {
    const organization = await openOrganization();
    const refusal = { when: 'before', status: 400 } as const;
    organization.intake.assets.faults.set('POST /api/v1/monitor/validate', [refusal]);

    const code = await organization.run('install', '--dry-run', '--monitors');

    expect(code).toBe(4);
    expect(organization.outcomes()[0]).toBe('failed monitor Deepgram export: no successful run');
    expect(organization.terminal.stderr).toContain('400 Bad Request: Fault 400');
  });
});

describe('limits that make no sense are refused before anything is done:', () => {
  it.each([
    ['--every 90s', '--every: must be whole minutes from 1m to 3d'],
    ['--every 4d', '--every: must be whole minutes from 1m to 3d'],
    ['--every soon', '--every: must be whole minutes from 1m to 3d'],
    ['--error-rate 0', '--error-rate: must be a number from 0.01 to 100'],
    ['--error-rate many', '--error-rate: must be a number from 0.01 to 100'],
    ['--cost-rise -5', '--cost-rise: must be a number from 1 to 10000'],
    ['--balance-below 0', '--balance-below: must be a number from 0.01 to 10000000'],
    ['--notify slack-voice', '--notify: must be handles as Datadog writes them'],
    ['--notify @a{{#is_alert}}', '--notify: must be handles as Datadog writes them'],
  ])('%s', async (option, message) => {
    const organization = await openOrganization();

    const code = await organization.run('install', ...option.split(' '));

    expect(code).toBe(2);
    expect(organization.terminal.stderr).toContain(message);
    expect(organization.intake.assets.count).toBe(0);
  });

  it('all of them at once', async () => {
    const organization = await openOrganization();

    await organization.run('install', '--every', 'x', '--error-rate', '101');

    expect(organization.terminal.stderr).toContain('--every: ');
    expect(organization.terminal.stderr).toContain('--error-rate: ');
  });
});

it('the defaults of the command line are those of the files', async () => {
  const organization = await openOrganization();

  await organization.run('install', '--monitors');

  const monitors = datadogAssets({ prefix: 'deepgram', tags: [], ...DEFAULT_LIMITS }).slice(1);
  expect(organization.intake.assets.monitors.all.map(({ query }) => query)).toEqual(
    monitors.map(({ body }) => body.query),
  );
});
