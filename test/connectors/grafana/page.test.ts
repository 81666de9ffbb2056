import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../connectors/grafana/assets/alert-limits.js';
import { alertRules, RULE_UIDS } from '../../../connectors/grafana/assets/alert-rules.js';
import { dashboardFile } from '../../../connectors/grafana/assets/dashboard-asset.js';
import type { Dashboard } from './month.js';
import { runningGrafana } from './running-grafana.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const page = await readFile(join(ROOT, 'docs/sinks/grafana.md'), 'utf8');

it('the commands of the page do what it says, in its order', async () => {
  const { grafana, terminal } = await runningGrafana();
  await terminal.write(
    'deepgram-export.yaml',
    await readFile(join(ROOT, 'config/grafana/deepgram-export.yaml'), 'utf8'),
  );
  const commands = page
    .split('\n')
    .flatMap((line) => /^(?:node \S+cli\.js|deepgram-export) (grafana .*)$/.exec(line)?.[1] ?? [])
    .map((line) => line.replace('https://grafana.example.com', grafana.url).split(' '));

  expect(commands).toHaveLength(3);
  for (const argv of commands) expect(await terminal.run(...argv), argv.join(' ')).toBe(0);

  expect(Object.keys(await terminal.files('provisioning'))).toHaveLength(4);
  expect(grafana.organization.dashboards.size).toBe(1);
  expect(terminal.stdout).toMatch(/would create +dashboard.*\n {2}created +dashboard/s);
});

it('names every row of the dashboard, and the limits that the alarms have', () => {
  const rows = (dashboardFile as unknown as Dashboard).panels.filter(({ type }) => type === 'row');

  for (const { title } of rows) expect(page).toMatch(new RegExp(`^\\| ${title} \\|`, 'm'));
  const { every, balanceBelow, errorRate } = DEFAULT_LIMITS;
  expect(page).toContain(`\`--every ${every / 60_000}m\``);
  expect(page).toContain(`\`--balance-below ${balanceBelow}\``);
  expect(page).toContain(`\`--error-rate ${errorRate}\``);
});

it('names every alarm', () => {
  const limits = { ...DEFAULT_LIMITS, dailyBudget: 1 };
  const rules = alertRules({ schema: 'deepgram', queue: 'deepgram_state_queue', limits, datasource: 'pg' });

  expect(rules.map(({ body }) => body.uid)).toEqual(RULE_UIDS);
  for (const { title } of rules) expect(page).toContain(`| ${title.replace(/^.*: /, '')} |`);
});
