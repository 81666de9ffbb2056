import { describe, expect, it, onTestFinished } from 'vitest';
import { type Intake, startIntake } from '../../connectors/stand-ins/datadog/intake.js';
import type { StandIn } from '../../connectors/stand-ins/deepgram/stand-in.js';
import { NOW, Terminal } from './terminal.js';
import { ARCHIVE, account, KEY } from './world.js';

/** What Datadog holds is added up and held against the records of the archive, of a month of an account. */
interface Month {
  readonly terminal: Terminal;
  readonly deepgram: StandIn;
  readonly datadog: Intake;
}

const KEYS = { DEEPGRAM_API_KEY: KEY, DD_API_KEY: 'datadog-key' };

async function month(): Promise<Month> {
  const deepgram = await account({ requestsPerDay: 12 });
  const clock = { now: () => NOW, sleep: async () => {} };
  const datadog = await startIntake({ apiKey: KEYS.DD_API_KEY, clock, historical: true });
  onTestFinished(() => datadog.close());
  const terminal = await Terminal.open({ env: KEYS });
  const connection = `api_key: "\${DD_API_KEY}", api_url: "${datadog.url}"`;
  await terminal.write(
    'job.yaml',
    `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}", base_url: "${deepgram.url}" }
window: { since: 30d }
sinks:
  ${ARCHIVE}
  metrics: { type: datadog-metrics, ${connection}, historical: true }
  logs: { type: datadog-logs, ${connection}, late: send }
`,
  );
  return { terminal, deepgram, datadog };
}

type Record = { readonly [field: string]: unknown };

async function recordsOf({ terminal }: Month, stream: string): Promise<readonly Record[]> {
  const files = Object.entries(await terminal.files('out'));
  return files
    .filter(([name]) => name.startsWith(`ndjson/${stream}/`))
    .flatMap(([, text]) => text.split('\n').filter((line) => line !== ''))
    .map((line): Record => JSON.parse(line));
}

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((total, value) => total + (typeof value === 'number' ? value : 0), 0);
}

/** By metric: what arrived, and what the records say. */
async function sums(world: Month) {
  const inDatadog = (metric: string) => sum(world.datadog.query(metric).map(({ value }) => value));
  const requests = (await recordsOf(world, 'requests')).filter(
    ({ status }) => status !== 'pending' && status !== 'unknown',
  );
  const usage = await recordsOf(world, 'usage');
  const byModel = await recordsOf(world, 'usage_by_models');
  const billing = await recordsOf(world, 'billing_by_line_item_tags');
  const expected = {
    'deepgram.requests': requests.length,
    'deepgram.requests.cost': sum(requests.map(({ cost_usd }) => cost_usd)),
    'deepgram.requests.audio': sum(requests.map(({ audio_seconds }) => audio_seconds)),
    'deepgram.usage.hours': sum(usage.map(({ hours }) => hours)),
    'deepgram.usage.by_models.requests': sum(byModel.map((row) => row.requests)),
    'deepgram.billing.by_line_item_tags.cost': sum(billing.map(({ cost_usd }) => cost_usd)),
  };
  const arrived = Object.fromEntries(Object.keys(expected).map((metric) => [metric, inDatadog(metric)]));
  return { expected, arrived };
}

async function expectEqualSums(world: Month): Promise<void> {
  const { expected, arrived } = await sums(world);
  for (const [metric, value] of Object.entries(expected)) {
    expect(value, metric).toBeGreaterThan(0);
    // In another order the last digits of a sum differ.
    expect((arrived[metric] ?? 0) / value, metric).toBeCloseTo(1, 12);
  }
}

async function settledIds(world: Month): Promise<readonly unknown[]> {
  const requests = await recordsOf(world, 'requests');
  return requests
    .filter(({ settled }) => settled === true)
    .map((row) => row.request_id)
    .sort();
}

function loggedIds({ datadog }: Month): readonly unknown[] {
  return datadog.logs
    .map(({ log: { http } }) =>
      typeof http === 'object' && http !== null && 'request_id' in http ? http.request_id : '',
    )
    .sort();
}

describe('what Datadog has of a month adds up to the records', () => {
  it('after a run', async () => {
    const world = await month();

    const code = await world.terminal.run('sync', '-c', 'job.yaml');

    expect(code).toBe(0);
    await expectEqualSums(world);
    expect(loggedIds(world)).toEqual(await settledIds(world));
  });

  it('after a second run that sends all of it again', async () => {
    const world = await month();

    await world.terminal.run('sync', '-c', 'job.yaml', '--sink', 'archive', '--sink', 'metrics');
    const before = world.datadog.payloads.length;
    await world.terminal.run('sync', '-c', 'job.yaml', '--full-refresh');

    expect(world.datadog.payloads.length).toBeGreaterThanOrEqual(2 * before);
    await expectEqualSums(world);
    expect(loggedIds(world)).toEqual(await settledIds(world));
  });

  it('where every fifth call on both sides fails', async () => {
    const world = await month();
    const kinds = ['rate-limited', 'server-error', 'bad-gateway', 'reset', 'cut-body', 'html'] as const;
    world.deepgram.faults.rate(0.2, 7, kinds);
    const answers = [500, 503, 429, 408].map((status) => ({ status }));
    for (const answer of [...answers, ...answers, ...answers]) {
      world.datadog.faults.push(answer, undefined, undefined, undefined, undefined);
    }

    await world.terminal.run('sync', '-c', 'job.yaml');
    world.deepgram.faults.clear();
    const code = await world.terminal.run('sync', '-c', 'job.yaml');

    expect(world.deepgram.calls.filter(({ fault }) => fault !== undefined).length).toBeGreaterThan(5);
    expect(code).toBe(0);
    await expectEqualSums(world);
    expect(loggedIds(world)).toEqual(await settledIds(world));
  });
});
