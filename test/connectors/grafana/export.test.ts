import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Terminal } from '../../cli/terminal.js';
import { configure } from './running-grafana.js';

const FILES = [
  'alerting/deepgram.yaml',
  'dashboards/deepgram.json',
  'dashboards/deepgram.yaml',
  'datasources/deepgram.yaml',
];

describe('grafana export', () => {
  it('writes a provisioning folder, without a configuration and without a password', async () => {
    const { files, terminal } = await exported();

    expect(Object.keys(files).sort()).toEqual(FILES);
    const [source] = parse(files['datasources/deepgram.yaml'] ?? '').datasources;
    expect(source).toMatchObject({
      uid: 'deepgram-export',
      type: 'postgres',
      user: 'deepgram_reader',
      url: '$DEEPGRAM_DB_HOST',
      jsonData: { database: '$DEEPGRAM_DB_NAME', sslmode: '$DEEPGRAM_DB_SSLMODE' },
      secureJsonData: { password: '$DEEPGRAM_DB_PASSWORD' },
    });
    expect(terminal.stdout).toBe(
      'The data source, the dashboard and 3 alert rules are in grafana: mount it as /etc/grafana/provisioning.\n',
    );
    expect(terminal.stderr).toContain('No alarm watches the cost: the configuration has no `budget`.');
  });

  it('points Grafana to the folder that holds the dashboard, and lets nobody save over what the next export replaces', async () => {
    const { files } = await exported();

    expect(parse(files['dashboards/deepgram.yaml'] ?? '').providers).toMatchObject([
      {
        type: 'file',
        folderUid: 'deepgram-export',
        allowUiUpdates: false,
        options: { path: '/etc/grafana/provisioning/dashboards' },
      },
    ]);
  });

  it('writes alarms with the limits and the contact point that are asked for, and no "$", which Grafana would expand', async () => {
    const { files } = await exported(
      'budget: { daily: 12.5, monthly: 300 }',
      ...['-c', 'job.yaml', '--every', '1h', '--error-rate', '9', '--balance-below', '7.5'],
      ...['--contact-point', 'Voice team'],
    );

    const text = files['alerting/deepgram.yaml'] ?? '';
    const { groups, deleteRules } = parse(text);
    const rules: readonly Rule[] = groups[0].rules;
    expect(text).not.toContain('$');
    expect(groups).toMatchObject([{ name: 'deepgram-export', folder: 'Deepgram', interval: '1m' }]);
    expect(deleteRules).toEqual(deleted('dead-tasks', 'oldest-task'));
    expect(rules.map(({ data }) => JSON.stringify(data[2]?.model.conditions))).toEqual(
      [
        ['gt', 150],
        ['lt', 7.5],
        ['gt', 9],
        ['gt', 100],
      ].map(([type, limit]) => `[{"evaluator":{"type":"${type}","params":[${limit}]}}]`),
    );
    expect(rules.map(({ noDataState }) => noDataState)).toEqual(['Alerting', 'OK', 'OK', 'OK']);
    for (const { notification_settings, data, condition, annotations } of rules) {
      expect(notification_settings).toEqual({ receiver: 'Voice team' });
      expect(data.map(({ refId }) => refId)).toEqual(['A', 'B', 'C']);
      expect(data.map(({ datasourceUid }) => datasourceUid)).toEqual([
        'deepgram-export',
        '__expr__',
        '__expr__',
      ]);
      expect(condition).toBe('C');
      expect(annotations.__dashboardUid__).toBe('deepgram-export');
    }
    expect(rules[2]?.data[0]?.model.rawSql).toContain("interval '120 minutes'");
    expect(rules[2]?.annotations.summary).toContain('in the last 120 minutes');
  });

  it('takes back the alarm that an earlier export has written', async () => {
    const { files } = await exported();

    expect(parse(files['alerting/deepgram.yaml'] ?? '').deleteRules).toEqual(
      deleted('budget', 'dead-tasks', 'oldest-task'),
    );
  });

  it('shows the queue of workers, and its alarms, where the state is in the database of the sink', async () => {
    const { files, terminal } = await exported(
      'state: { type: postgres, url: "${DATABASE_URL}", schema: shared }',
      ...['-c', 'job.yaml', '--every', '1h'],
    );

    const { groups, deleteRules } = parse(files['alerting/deepgram.yaml'] ?? '');
    const rules: readonly Rule[] = groups[0].rules.slice(-2);
    expect(rules.map(({ title, data }) => [title, data[2]?.model.conditions])).toEqual([
      ['Deepgram export: tasks were given up', [{ evaluator: { type: 'gt', params: [0] } }]],
      ['Deepgram export: a task is not done', [{ evaluator: { type: 'gt', params: [150] } }]],
    ]);
    expect(rules.map(({ noDataState }) => noDataState)).toEqual(['OK', 'OK']);
    for (const { data } of rules) expect(data[0]?.model.rawSql).toContain("nspname = 'shared_queue'");
    expect(files['dashboards/deepgram.json']).toContain("nspname = 'shared_queue'");
    expect(deleteRules).toEqual(deleted('budget'));
    expect(terminal.stderr).not.toContain('queue');
  });

  it.each([
    ['is in another database', '{ type: postgres, url: "${DATABASE_URL}_too" }', 'Left out is the queue'],
    [
      'is in one whose address is not known',
      '{ type: postgres, url: "${STATE_URL}" }',
      'Left out is the queue',
    ],
    ['is in a file, so that there is no queue', '{ path: state.json }', ''],
  ])('leaves the queue out where the state %s', async (_, state, note) => {
    const { files, terminal, code } = await exported(`state: ${state}`, '-c', 'job.yaml');

    expect(code).toBe(0);
    expect(Object.values(files).join()).not.toMatch(/_queue|Queue|tasks were given up/);
    expect(terminal.stderr.includes('queue')).toBe(note !== '');
    expect(terminal.stderr).toContain(note);
  });

  it('leaves the queue out where the address of the sink is not known', async () => {
    const terminal = await Terminal.open({ env: { STATE_URL: 'postgres://db.example.com/analytics' } });
    await configure(terminal, 'state: { type: postgres, url: "${STATE_URL}" }');

    expect(
      await terminal.run('grafana', 'export', '-c', 'job.yaml', '--schema', 'voice', '--out', 'grafana'),
    ).toBe(0);

    expect(Object.values(await terminal.files('grafana')).join()).not.toContain('_queue');
    expect(terminal.stderr).toContain('Left out is the queue of workers');
  });

  it.each([
    [['--schema', 'a$b'], '--schema: must be the name of a schema'],
    [['--contact-point', '$HOME'], '--contact-point: must be the name of a contact point'],
    [['--balance-below', '0'], '--balance-below: must be a number from 0.01 to 10000000'],
    [['--out', 'job.yaml'], '--out: '],
  ])('%j is refused', async (argv, message) => {
    const { terminal, code } = await exported('', ...argv);

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(message);
  });
});

it.each(['datasources', 'dashboards', 'alerting'])(
  'grafana export follows no link out of its folder: %s',
  async (name) => {
    const terminal = await Terminal.open();
    await mkdir(join(terminal.cwd, 'grafana'));
    await mkdir(join(terminal.cwd, 'elsewhere'));
    await symlink(join(terminal.cwd, 'elsewhere'), join(terminal.cwd, 'grafana', name));

    expect(await terminal.run('grafana', 'export', '--out', 'grafana')).toBe(2);

    expect(terminal.stderr).toMatch(new RegExp(`--out: .*${name}: it is a symbolic link`));
    expect(await terminal.files('elsewhere')).toEqual({});
  },
);

interface Rule {
  readonly title: string;
  readonly condition: string;
  readonly noDataState: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly notification_settings: object;
  readonly data: readonly {
    readonly refId: string;
    readonly datasourceUid: string;
    readonly model: { readonly conditions?: unknown; readonly rawSql?: string };
  }[];
}

function deleted(...rules: readonly string[]) {
  return rules.map((rule) => ({ orgId: 1, uid: `deepgram-export-${rule}` }));
}

/** @param budget of the configuration, or another part of it */
async function exported(budget = '', ...argv: readonly string[]) {
  const terminal = await Terminal.open({
    env: { DATABASE_URL: 'postgres://writer:of-this-test@db.example.com/analytics' },
  });
  await configure(terminal, budget);
  const out = argv.includes('--out') ? [] : ['--out', 'grafana'];
  const code = await terminal.run('grafana', 'export', ...out, ...argv);
  return { terminal, code, files: code === 0 ? await terminal.files('grafana') : {} };
}
