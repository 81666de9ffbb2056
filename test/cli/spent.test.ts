import { expect, it } from 'vitest';
import type { Summary } from '../../src/summary/summary.js';
import { NOW, Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY } from './world.js';

it('says what the days that were read have cost, how many hours they are, and what most of it was', async () => {
  const { run } = await ready();

  const { stdout, steps, summary, records } = await run();

  const dollars = sumOf(records('billing'), 'cost_usd');
  const hours = sumOf(records('usage'), 'hours');
  const items = new Map<string, number>();
  for (const row of records('billing_by_line_item')) {
    const name = String(row.line_item_name);
    items.set(name, (items.get(name) ?? 0) + Number(row.cost_usd));
  }
  const [most = ['', 0]] = [...items].sort(([, one], [, other]) => other - one);
  const share = Math.round((1_000 * most[1]) / dollars) / 10;
  const line = `read: $${dollars.toFixed(2)} and ${hours.toFixed(1)} hours in 2 days; most of it: ${most[0]} (${share} %)`;
  expect(stdout).toContain(`  ${line}\n`);
  expect(steps.replaceAll('\\', '')).toContain(`- ${line}`);
  expect(summary.spent).toEqual({
    days: 2,
    cost_usd: expect.closeTo(dollars, 5),
    hours: expect.closeTo(hours, 5),
    largest: { name: most[0], unit: 'dollar', amount: expect.closeTo(most[1], 5), share_percent: share },
  });
});

it('says nothing of days that were not read', async () => {
  const { run } = await ready();
  await run();

  const { summary } = await run();

  expect(summary.spent).toMatchObject({ days: 1 });
});

it('says hours alone, and the model of most of them, where no bill is read', async () => {
  const { run } = await ready('streams: { billing: false }');

  const { summary, stdout } = await run();

  expect(summary.spent).toMatchObject({ cost_usd: null, largest: { unit: 'hour' } });
  expect(stdout).toMatch(/ {2}read: [\d.]+ hours in 2 days; most of it: /);
});

it('says nothing where neither is read', async () => {
  const { run } = await ready('streams: { billing: false, usage: false }');

  const { summary, stdout } = await run();

  expect(summary.spent).toBeNull();
  expect(stdout).not.toContain('read: ');
});

async function ready(more = '') {
  const standIn = await account({ requestsPerDay: 40 });
  const clock = { nowMs: NOW, now: () => clock.nowMs, sleep: async () => {} };
  const env = { DEEPGRAM_API_KEY: KEY, GITHUB_STEP_SUMMARY: 'steps.md' };
  const terminal = await Terminal.open({ env, clock });
  await terminal.write('job.yaml', `${jobText(standIn.url, [ARCHIVE])}${more}\n`);
  const run = async () => {
    const again = terminal.again();
    expect(await again.run('sync', '-c', 'job.yaml', '--summary', 'summary.json')).toBe(0);
    clock.nowMs += 3_600_000;
    standIn.clock.advance(3_600_000);
    const files = await terminal.files();
    const summary: Summary = JSON.parse(files['summary.json'] ?? 'null');
    const records = (stream: string) =>
      Object.entries(files)
        .filter(([name]) => name.startsWith(`out/ndjson/${stream}/`))
        .flatMap(([, text]) => text.split('\n').filter(Boolean).map(recordOf));
    return { stdout: again.stdout, steps: files['steps.md'] ?? '', summary, records };
  };
  return { run };
}

function recordOf(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(line);
}

function sumOf(records: readonly Readonly<Record<string, unknown>>[], field: string): number {
  return records.reduce((sum, record) => sum + Number(record[field]), 0);
}
