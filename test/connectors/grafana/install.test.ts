import { describe, expect, it } from 'vitest';
import { configure, runningGrafana, TOKENS } from './running-grafana.js';

const ASSETS = [
  'dashboard Deepgram',
  'alert rule Deepgram export: no run came to its end',
  'alert rule Deepgram: the balance is low',
  'alert rule Deepgram: the error rate is high',
];
const BUDGET = 'alert rule Deepgram: the budget is exceeded';
const all = (outcome: string) => ASSETS.map((asset) => `${outcome} ${asset}`);
const CONFIG = ['-c', 'job.yaml'];

describe('install', () => {
  it('puts the dashboard and the alarms into a folder of theirs, and finds them again', async () => {
    const { grafana, run, outcomes, terminal } = await runningGrafana();

    expect(await run('install')).toBe(0);
    expect(outcomes()).toEqual(all('created'));
    expect(grafana.organization.folders.get('deepgram-export')?.title).toBe('Deepgram');
    expect(grafana.organization.dashboards.get('deepgram-export')?.folderUid).toBe('deepgram-export');
    const changes = grafana.changes.length;
    expect(await run('install')).toBe(0);
    expect(outcomes()).toEqual(all('unchanged'));
    expect(grafana.changes).toHaveLength(changes);
    expect(terminal.stdout).toContain(`${grafana.url}/d/deepgram-export`);
  });

  it('takes schema and budget from the configuration, whose other keys it does not need', async () => {
    const { grafana, run, outcomes, terminal } = await runningGrafana();
    await configure(terminal, 'budget: { daily: 12.5, monthly: 300 }');

    expect(await run('install', ...CONFIG)).toBe(0);

    expect(outcomes()).toEqual([...all('created'), `created ${BUDGET}`]);
    const stored = JSON.stringify([...grafana.organization.rules.values()]);
    expect(stored).toContain('/ 12.5');
    expect(stored).toContain('\\"voice\\".\\"billing\\"');
    expect(JSON.stringify(grafana.organization.dashboards.get('deepgram-export'))).not.toContain(
      '"deepgram\\".',
    );
  });

  it('does without the URL of the database where the schema is said', async () => {
    const { grafana, run, terminal } = await runningGrafana();
    terminal.env.DATABASE_URL = '';

    expect(await run('install', ...CONFIG)).toBe(2);
    expect(terminal.stderr).toContain('DATABASE_URL');
    expect(await run('install', ...CONFIG, '--schema', 'speech')).toBe(0);
    expect(JSON.stringify([...grafana.organization.rules.values()])).toContain('\\"speech\\".\\"balances\\"');
  });

  it('leaves out what shows streams that the sink does not get, and says so', async () => {
    const { grafana, run, outcomes, terminal } = await runningGrafana();
    await configure(terminal, '', ', streams: [billing, billing_by_line_item, balances]');

    expect(await run('install', ...CONFIG)).toBe(0);

    expect(outcomes()).toEqual(all('created').slice(0, 3));
    expect(terminal.stderr).toMatch(
      /^Left out, since the sink does not get what they show: Requests, Error rate, .*, the alarm "Deepgram: the error rate is high"\.$/m,
    );
    const { panels } = grafana.organization.dashboards.get('deepgram-export')?.model ?? {};
    expect(JSON.stringify(panels)).not.toContain('requests_by_day');
  });

  it('removes the alarm on a budget that is no more', async () => {
    const { run, outcomes, terminal } = await runningGrafana();
    await configure(terminal, 'budget: { daily: 12.5 }');
    await run('install', ...CONFIG);
    outcomes();
    await configure(terminal);

    expect(await run('install', ...CONFIG)).toBe(0);
    expect(outcomes()).toEqual([...all('unchanged'), 'removed alert rule deepgram-export-budget']);
  });

  it('removes the alarms on a queue whose state has moved into a file, and its panel', async () => {
    const { grafana, run, outcomes, terminal } = await runningGrafana();
    await configure(terminal, 'state: { type: postgres, url: "${DATABASE_URL}" }');
    await run('install', ...CONFIG);
    expect(outcomes()).toEqual([
      ...all('created'),
      'created alert rule Deepgram export: tasks were given up',
      'created alert rule Deepgram export: a task is not done',
    ]);
    const dashboard = () => JSON.stringify(grafana.organization.dashboards.get('deepgram-export')?.model);
    expect(dashboard()).toContain('Tasks of workers');
    await configure(terminal);

    expect(await run('install', ...CONFIG)).toBe(0);

    expect(outcomes()).toEqual([
      'updated dashboard Deepgram',
      ...all('unchanged').slice(1),
      'removed alert rule deepgram-export-dead-tasks',
      'removed alert rule deepgram-export-oldest-task',
    ]);
    expect(dashboard()).not.toContain('Tasks of workers');
  });

  it('brings up to date what nobody has edited', async () => {
    const { grafana, run, outcomes } = await runningGrafana();
    await run('install');
    outcomes();

    expect(
      await run(
        'install',
        '--schema',
        'other',
        '--error-rate',
        '9',
        '--contact-point',
        'grafana-default-email',
      ),
    ).toBe(0);

    expect(outcomes()).toEqual(all('updated'));
    const rule = grafana.organization.rules.get('deepgram-export-error-rate');
    expect(JSON.stringify(rule?.body.data)).toContain('"params":[9]');
    expect(rule?.body.notification_settings).toEqual({ receiver: 'grafana-default-email' });
    expect(rule?.provenance).toBe('');
    expect(
      grafana.organization.dashboards.get('deepgram-export')?.versions.map(({ message }) => message),
    ).toEqual([expect.stringMatching(/^deepgram-export \d/), expect.stringMatching(/^deepgram-export \d/)]);
  });

  it.each([
    ['today', false],
    ['older releases', true],
  ])(
    'keeps what somebody has edited, unless it is forced to (versions as %s have them)',
    async (_, bareVersions) => {
      const { grafana, run, outcomes, editDashboard, editRule, terminal } = await runningGrafana({
        bareVersions,
      });
      await run('install');
      await editDashboard({ title: 'Voice' });
      editRule('deepgram-export-low-balance', { isPaused: true });
      outcomes();

      expect(await run('install', '--schema', 'other')).toBe(0);
      expect(outcomes()).toEqual([
        'kept dashboard Deepgram',
        'updated alert rule Deepgram export: no run came to its end',
        'kept alert rule Deepgram: the balance is low',
        'updated alert rule Deepgram: the error rate is high',
      ]);
      expect(terminal.stderr).toContain(
        'What somebody has edited stays as it is; --force does it all the same.',
      );
      expect(grafana.organization.dashboards.get('deepgram-export')?.model.title).toBe('Voice');

      expect(await run('install', '--schema', 'other', '--force')).toBe(0);
      expect(outcomes()).toEqual([
        'updated dashboard Deepgram',
        'unchanged alert rule Deepgram export: no run came to its end',
        'updated alert rule Deepgram: the balance is low',
        'unchanged alert rule Deepgram: the error rate is high',
      ]);
      expect(grafana.organization.dashboards.get('deepgram-export')?.model.title).toBe('Deepgram');
      expect(grafana.organization.rules.get('deepgram-export-low-balance')?.body.isPaused).toBe(false);
    },
  );

  it.each([
    ['a limit', { data: [] }],
    ['whom it tells', { notification_settings: { receiver: 'somebody' } }],
    ['its title', { title: 'Mine' }],
    ['a label', { labels: { managed_by: 'deepgram-export', team: 'voice' } }],
  ])('takes an alarm for edited of which somebody has changed %s', async (_, change) => {
    const { run, outcomes, editRule } = await runningGrafana();
    await run('install', '--alerts');
    editRule('deepgram-export-error-rate', change);
    outcomes();

    await run('install', '--alerts', '--every', '1h');

    expect(outcomes().at(-1)).toBe('kept alert rule Deepgram: the error rate is high');
  });

  it('leaves the dashboard in the folder where somebody has put it', async () => {
    const { grafana, run } = await runningGrafana();
    await run('install', '--dashboard');
    const { dashboards, folders } = grafana.organization;
    folders.set('theirs', { uid: 'theirs', title: 'Theirs' });
    const one = dashboards.get('deepgram-export');
    if (one !== undefined) dashboards.set(one.uid, { ...one, folderUid: 'theirs' });

    await run('install', '--dashboard', '--schema', 'other');

    expect(dashboards.get('deepgram-export')?.folderUid).toBe('theirs');
    expect(dashboards.get('deepgram-export')?.versions).toHaveLength(2);
  });

  it('says what it would do, and does nothing, with --dry-run', async () => {
    const { grafana, run, outcomes } = await runningGrafana();

    expect(await run('install', '--dry-run')).toBe(0);
    expect(outcomes()).toEqual(all('would create'));
    await run('install');
    outcomes();
    await run('install', '--schema', 'other', '--dry-run');
    expect(outcomes()).toEqual(all('would update'));
    await run('uninstall', '--dry-run');

    expect(outcomes()).toHaveLength(4);
    expect(grafana.changes).toHaveLength(5);
    expect(grafana.organization.dashboards.size).toBe(1);
  });

  it('makes nothing twice where an answer is lost', async () => {
    const { grafana, run, outcomes } = await runningGrafana();
    grafana.lostAnswers.push('POST /api/dashboards/db', 'POST /api/v1/provisioning/alert-rules');

    expect(await run('install')).toBe(0);

    expect(outcomes()).toEqual(all('created'));
    expect(grafana.organization.dashboards.get('deepgram-export')?.versions).toHaveLength(1);
    expect(grafana.organization.rules.size).toBe(3);
  });
});

describe('uninstall', () => {
  it('removes what install has put there, and the folder where nothing else is in it', async () => {
    const { grafana, run, terminal } = await runningGrafana();
    await run('install');

    expect(await run('uninstall')).toBe(0);

    const { dashboards, rules, folders } = grafana.organization;
    expect([dashboards.size, rules.size, folders.size]).toEqual([0, 0, 0]);
    expect(await run('uninstall')).toBe(0);
    expect(terminal.stdout).toContain('Nothing of deepgram-export is there');
  });

  it('finds its token in a file of variables, as install does', async () => {
    const { grafana, run, terminal } = await runningGrafana();
    delete terminal.env.GRAFANA_TOKEN;
    await terminal.write('keys.env', `GRAFANA_TOKEN=${TOKENS.admin}\n`);
    await run('install', '--env-file', 'keys.env');
    expect(grafana.organization.dashboards.size).toBe(1);

    expect(await run('uninstall', '--env-file', 'keys.env')).toBe(0);

    expect(grafana.organization.dashboards.size).toBe(0);
  });

  it('leaves what is somebody else’s or edited, and the folder that holds it', async () => {
    const { grafana, run, outcomes, editDashboard } = await runningGrafana();
    await run('install');
    await editDashboard({ title: 'Voice' });
    outcomes();

    await run('uninstall');

    expect(outcomes()[0]).toBe('kept dashboard Deepgram');
    expect(grafana.organization.dashboards.size).toBe(1);
    expect(grafana.organization.folders.size).toBe(1);
    await run('uninstall', '--force');
    expect(grafana.organization.folders.size).toBe(0);
  });
});

describe('what is refused, in a sentence with what to do:', () => {
  it.each([
    ['no token', { env: '' }, [], 2, 'There is no token for Grafana'],
    [
      'a token that Grafana does not know',
      { env: 'glsa_unknown-to-everybody' },
      [],
      3,
      'does not know the token',
    ],
    [
      'an editor who wants alarms',
      { env: TOKENS.editor },
      [],
      3,
      'the role Admin; with --dashboard alone, Editor is enough',
    ],
    ['a viewer', { env: TOKENS.viewer }, ['--dashboard'], 3, 'Permissions needed: folders:create'],
    [
      'a contact point that is not there',
      {},
      ['--contact-point', 'nobody'],
      4,
      "receiver 'nobody' does not exist",
    ],
    [
      'a data source that is not there',
      {},
      ['--datasource', 'x'],
      2,
      'no PostgreSQL data source x; it has Analytics (pg)',
    ],
    [
      'limits that make no sense',
      {},
      ['--error-rate', '101', '--every', 'x'],
      2,
      '--every: must be whole minutes',
    ],
  ])('%s', async (_, { env = TOKENS.admin }: { readonly env?: string }, argv, code, message) => {
    const { run, terminal } = await runningGrafana();
    terminal.env.GRAFANA_TOKEN = env;

    const exit = await run('install', ...argv);

    expect(terminal.stderr).toContain(message);
    expect(exit).toBe(code);
    expect(terminal.stdout + terminal.stderr).not.toContain('glsa_');
  });

  it('an editor may have the dashboard, with the token of the command line', async () => {
    const { run, outcomes } = await runningGrafana();

    expect(await run('install', '--dashboard', '--token', TOKENS.editor)).toBe(0);
    expect(outcomes()).toEqual(['created dashboard Deepgram']);
  });

  it('several data sources of which none is named, and none at all', async () => {
    const { grafana, run, terminal } = await runningGrafana();
    grafana.organization.dataSources.push({ uid: 'other', name: 'Other', type: 'postgres' });

    expect(await run('install')).toBe(2);
    expect(terminal.stderr).toContain('several PostgreSQL data sources: Analytics (pg), Other (other)');
    grafana.organization.dataSources.length = 0;
    expect(await run('install')).toBe(2);
    expect(terminal.stderr).toContain('Add one under Connections');
    expect(grafana.changes).toEqual([]);
  });

  it('a key over http to another machine', async () => {
    const { terminal } = await runningGrafana();

    expect(await terminal.run('grafana', 'install', '--url', 'http://grafana.example.com')).toBe(2);
    expect(terminal.stderr).toContain('--url: must start with https:// (http:// is for this machine only)');
  });

  it.each([
    ['no URL', 'grafana.example.com', 'must be a URL that starts with https://'],
    [
      'one with a password',
      'https://admin:hunter2@grafana.example.com',
      'must not contain a user name or password',
    ],
    [
      'one with a query, behind which no path can be put',
      'https://grafana.example.com/?orgId=1',
      'must not contain "?" or "#"',
    ],
    ['one with a fragment', 'https://grafana.example.com/#/alerting', 'must not contain "?" or "#"'],
  ])('%s for an address, of which nothing is printed', async (_, url, message) => {
    const { terminal } = await runningGrafana();

    expect(await terminal.run('grafana', 'install', '--url', url)).toBe(2);
    expect(await terminal.run('grafana', 'uninstall', '--url', url)).toBe(2);
    expect(terminal.stderr).toContain(`--url: ${message}`);
    expect(terminal.stdout + terminal.stderr).not.toMatch(/hunter2|Nothing of deepgram-export is there/);
  });

  it('data sources with names without end, in a sentence that has one', async () => {
    const { grafana, run, terminal } = await runningGrafana();
    grafana.organization.dataSources.push({ uid: 'other', name: 'x'.repeat(5_000), type: 'postgres' });

    expect(await run('install')).toBe(2);
    expect(terminal.stderr).toMatch(
      /several PostgreSQL data sources: Analytics \(pg\), x{99}… \(other\)\.\n/,
    );
    expect(terminal.stderr).toContain('--datasource UID');
  });

  it.each([
    ['from files', { provisioned: true }, 'from provisioning files'],
    ['of somebody else', { model: { title: 'Theirs', tags: [] } }, 'has lost the tag deepgram-export'],
  ])('a dashboard of that uid that is %s stays, also with --force', async (_, change, message) => {
    const { grafana, run, terminal } = await runningGrafana();
    await run('install', '--dashboard');
    const { dashboards } = grafana.organization;
    const one = dashboards.get('deepgram-export');
    if (one !== undefined) dashboards.set(one.uid, { ...one, ...change });
    const before = dashboards.get('deepgram-export');

    expect(await run('install', '--dashboard', '--force', '--schema', 'other')).toBe(5);

    expect(terminal.stderr).toContain(message);
    expect(dashboards.get('deepgram-export')).toEqual(before);
  });
});
