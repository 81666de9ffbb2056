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
async function job() {
  let now = NOW;
  const clock = { now: () => now, sleep: async () => {} };
  const answers: Record<string, object> = {};
  const deepgram = await account({ requestsPerDay: 30, answers });
  const datadog = await startIntake({ apiKey: KEYS.DD_API_KEY, clock, historical: true });
  onTestFinished(() => datadog.close());
  const terminal = await Terminal.open({ env: KEYS, clock });
  await terminal.write(
    'job.yaml',
    `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: "${deepgram.url}" }
window: { since: 2d }
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
