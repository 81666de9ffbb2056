import { describe, expect, it, onTestFinished } from 'vitest';
import { type Intake, startIntake } from '../../connectors/stand-ins/datadog/intake.js';
import { NOW, Terminal } from './terminal.js';
import { ARCHIVE, account, KEY } from './world.js';

const KEYS = { DEEPGRAM_API_KEY: KEY, DD_API_KEY: 'datadog-key' };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const METRICS = [
  'deepgram.requests',
  'deepgram.usage.by_accessor.requests',
  'deepgram.billing.cost',
  'deepgram.billing.by_accessor.cost',
  'deepgram.balance',
];

/** A job of a few days into Datadog and an archive, and an account whose project and keys can be given other names. */
async function job({ since = '2d', requestsPerDay = 30, streams = '{}' } = {}) {
  let now = NOW;
  const clock = { now: () => now, sleep: async () => {} };
  const answers: Record<string, object> = {};
  const deepgram = await account({ requestsPerDay, answers });
  const datadog = await startIntake({ apiKey: KEYS.DD_API_KEY, clock, historical: true });
  onTestFinished(() => datadog.close());
  const terminal = await Terminal.open({ env: KEYS, clock });
  await terminal.write(
    'job.yaml',
    `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: "${deepgram.url}" }
streams: ${streams}
window: { since: ${since} }
sinks:
  ${ARCHIVE}
  metrics:
    type: datadog-metrics
    api_key: "\${DD_API_KEY}"
    api_url: "${datadog.url}"
    historical: true
    dimensions: [project, api_key]
`,
  );
  return {
    deepgram,
    datadog,
    terminal,
    sync: (...options: readonly string[]) => terminal.run('sync', '-c', 'job.yaml', ...options),
    pass: (ms: number): void => {
      now += ms;
      deepgram.clock.advance(ms);
    },
    rename: (name: string, keys: object): void => {
      answers['/v1/projects'] = { projects: [{ project_id: 'p-1', name }] };
      answers['/v1/projects/p-1/keys'] = keys;
    },
  };
}

/** By metric: what Datadog adds up to. */
function sums({ query }: Intake): Readonly<Record<string, number>> {
  const sum = (metric: string) => query(metric).reduce((total, { value }) => total + value, 0);
  return Object.fromEntries(METRICS.map((metric) => [metric, sum(metric)]));
}

function tagsOf({ query }: Intake, key: string): readonly string[] {
  const tags = METRICS.flatMap((metric) => query(metric).flatMap((point) => point.tags));
  return [...new Set(tags.filter((tag) => tag.startsWith(`${key}:`)))].sort();
}

describe('in Datadog a day that is read again adds nothing', () => {
  it('after its project was renamed and its keys were deleted', async () => {
    const { datadog, sync, rename } = await job();
    expect(await sync()).toBe(0);
    const before = sums(datadog);
    const [projects, keys] = [tagsOf(datadog, 'project'), tagsOf(datadog, 'api_key')];

    rename('Support EMEA', { api_keys: [] });
    expect(await sync('--full-refresh')).toBe(0);

    expect(Object.values(before).every((sum) => sum > 0)).toBe(true);
    expect(keys).toContain('api_key:production');
    // In another order the last digits of a sum differ.
    for (const [metric, sum] of Object.entries(sums(datadog))) {
      expect(sum, metric).toBeCloseTo(before[metric] ?? 0, 9);
    }
    expect(tagsOf(datadog, 'project')).toEqual(projects);
    expect(tagsOf(datadog, 'api_key')).toEqual(keys);
  });

  it('on the next day either, and what is new has the new name', async () => {
    const { datadog, sync, rename, pass, terminal } = await job();
    await sync();
    rename('Support EMEA', { api_keys: [] });
    pass(HOUR);
    await sync();
    pass(DAY);
    await sync('--full-refresh');

    const days = (tag: string) => {
      const points = datadog.query('deepgram.usage.requests', [tag]);
      return [
        ...new Set(points.map(({ timestamp }) => new Date(timestamp * 1_000).toISOString().slice(0, 10))),
      ];
    };
    expect(days('project:support_line')).toEqual(['2026-11-18', '2026-11-19', '2026-11-20']);
    expect(days('project:support_emea')).toEqual(['2026-11-21']);
    const files = Object.entries(await terminal.files('out/ndjson/usage'));
    const lines = files.flatMap(([, text]) => text.split('\n').filter((line) => line !== ''));
    const records = lines.map((line): { date: string; project_name: string } => JSON.parse(line));
    expect(records.map(({ date, project_name: name }) => [date, name]).sort()).toEqual([
      ['2026-11-18', 'Support line'],
      ['2026-11-19', 'Support line'],
      ['2026-11-20', 'Support line'],
      ['2026-11-21', 'Support EMEA'],
    ]);
  });
});

describe('in Datadog the sums of a month are those of the archive', () => {
  const COUNTED = [
    ['deepgram.requests', 'requests', 'count'],
    ['deepgram.requests.cost', 'requests', 'cost_usd'],
    ['deepgram.billing.cost', 'billing', 'cost_usd'],
    ['deepgram.billing.by_accessor.cost', 'billing_by_accessor', 'cost_usd'],
  ] as const;

  it('whatever keys are called, through refusals, renames, deletions and runs again', async () => {
    const streams = '{ usage: false, billing: { group_by: [accessor] }, models: false, balances: false }';
    const { deepgram, datadog, terminal, sync, rename, pass } = await job({
      since: '30d',
      requestsPerDay: 3,
      streams,
    });
    const compare = async () => {
      const files = await terminal.files('out/ndjson');
      for (const [metric, stream, field] of COUNTED) {
        const held = datadog.query(metric).reduce((sum, { value }) => sum + value, 0);
        const records = Object.entries(files)
          .filter(([path]) => path.startsWith(`${stream}/`))
          .flatMap(([, text]) => text.split('\n').filter((line) => line !== ''))
          .map((line): Record<string, unknown> => JSON.parse(line))
          .filter(({ status }) => status !== 'pending' && status !== 'unknown');
        const sum = records.reduce((total, { [field]: value }) => total + Number(value ?? 0), 0);
        expect(held, metric).toBeCloseTo(field === 'count' ? records.length : sum, 6);
        expect(held, metric).toBeGreaterThan(0);
      }
    };
    const refuse = (status: 202 | 400 | undefined) => {
      const is = (item: object) => JSON.stringify(item).includes('deepgram.billing.by_accessor.cost');
      datadog.refuses = status && { status, is };
    };
    const listed = await fetch(`${deepgram.url}/v1/projects/p-1/keys`, {
      headers: { authorization: `Token ${KEY}` },
    });
    const { api_keys: keys } = (await listed.json()) as { api_keys: { api_key: object }[] };
    const alike = keys.map((entry, i) => ({
      ...entry,
      api_key: { ...entry.api_key, comment: `Backend (EU${'_)!'.repeat(i)}` },
    }));

    rename('Support line', { api_keys: alike });
    refuse(400);
    const refused = [await sync()];
    refuse(202);
    refused.push(await sync());
    refuse(undefined);
    expect([...refused, await sync()]).toEqual([4, 4, 0]);
    await compare();
    expect(keys.length).toBeGreaterThan(1);
    expect(tagsOf(datadog, 'api_key').filter((tag) => tag.includes('backend'))).toEqual([
      'api_key:backend_eu',
    ]);

    rename('Support EMEA', { api_keys: [] });
    expect(await sync('--full-refresh')).toBe(0);
    await compare();

    refuse(400);
    expect(await sync('--full-refresh')).toBe(4);
    await compare();

    refuse(undefined);
    pass(HOUR);
    expect(await sync('--full-refresh')).toBe(0);
    await compare();
  });
});
