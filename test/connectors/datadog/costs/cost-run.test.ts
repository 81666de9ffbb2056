import { expect, it, onTestFinished } from 'vitest';
import { startIntake } from '../../../../connectors/stand-ins/datadog/intake.js';
import { NOW, Terminal } from '../../../cli/terminal.js';
import { account, KEY } from '../../../cli/world.js';
import { charged } from './cost-account.js';

const API_KEY = 'api-key-of-the-organization';
const APP_KEY = 'app-key-of-somebody-in-it';

const open = async (streams = '{}', appKey = APP_KEY) => {
  const intake = await startIntake({
    apiKey: API_KEY,
    appKey: APP_KEY,
    clock: { now: () => NOW, sleep: async () => {} },
  });
  onTestFinished(() => intake.close());
  const { url } = await account();
  const terminal = await Terminal.open({
    env: { DEEPGRAM_API_KEY: KEY, DD_API_KEY: API_KEY, DD_APP_KEY: appKey },
  });
  const job = `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: ${url} }
streams: ${streams}
window: { since: 2d }
sinks:
  costs: { type: datadog-costs, api_key: "\${DD_API_KEY}", app_key: "\${DD_APP_KEY}", api_url: ${intake.url} }
  archive: { type: ndjson, path: out, streams: [billing] }
`;
  await terminal.write('job.yaml', job);
  return { intake, terminal };
};

it('two runs charge every day of an account once, the present one as far as it has come', async () => {
  const { intake, terminal } = await open();

  const first = await terminal.run('sync', '-c', 'job.yaml');
  const uploaded = intake.costs.calls.filter((call) => call === 'PUT').length;
  const second = await terminal.run('sync', '-c', 'job.yaml', '--full-refresh');

  const billed: Record<string, unknown> = {};
  for (const [path, text] of Object.entries(await terminal.files('out'))) {
    if (!path.endsWith('.ndjson')) continue;
    const { date, cost_usd: dollars } = JSON.parse(text);
    billed[date] = expect.closeTo(dollars, 6);
  }
  expect([first, second, uploaded]).toEqual([0, 0, 3]);
  expect(Object.keys(billed).sort()).toEqual(['2026-11-18', '2026-11-19', '2026-11-20']);
  expect(charged(intake)).toEqual(billed);
  expect(intake.costs.calls.filter((call) => call === 'PUT')).toHaveLength(3);
});

it.each(['validate', 'plan', 'sync'])('%s ends with 2 where billing is not read', async (command) => {
  const { intake, terminal } = await open('{ billing: false }');

  const code = await terminal.run(command, '-c', 'job.yaml');

  expect(code).toBe(2);
  expect(terminal.stderr).toContain(
    'sinks.costs.breakdown: costs are made of billing, and this sink gets no stream of it',
  );
  expect(intake.costs.calls).toEqual([]);
});

it('a refused application key fails this sink alone, and is shown nowhere', async () => {
  const { terminal } = await open('{}', 'an-app-key-of-elsewhere');

  const code = await terminal.run('sync', '-c', 'job.yaml', '--verbose', '--summary', 'summary.json');

  const summary = JSON.stringify(await terminal.files());
  expect(code).toBe(4);
  expect(summary).toContain('Datadog refused to upload the costs of');
  expect(terminal.stdout + terminal.stderr + summary).not.toContain('an-app-key-of-elsewhere');
});
