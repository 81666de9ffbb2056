import { beforeAll, describe, expect, it } from 'vitest';
import { type Asset, datadogAssets } from '../../../../connectors/datadog/install/assets/datadog-assets.js';
import { type MetricUse, metricsIn } from '../../../../connectors/datadog/install/assets/metric-query.js';
import { DEFAULT_LIMITS } from '../../../../connectors/datadog/install/assets/monitor-limits.js';
import { datadogMetricsSettings } from '../../../../connectors/datadog/metrics/metrics-settings.js';
import { datadogMetricsSink } from '../../../../connectors/datadog/metrics/metrics-sink.js';
import type { StoredPoint } from '../../../../connectors/stand-ins/datadog/account/metric-store.js';
import { startIntake } from '../../../../connectors/stand-ins/datadog/intake.js';
import { startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import { silentLog } from '../../../../src/log/log.js';
import type { Stream } from '../../../../src/streams/stream.js';
import { isJsonObject, type Json, type JsonObject } from '../../../../src/text/json-object.js';
import { textsIn } from '../../../../src/text/json-texts.js';
import type { Clock } from '../../../../src/time/clock.js';
import { NOW, Terminal } from '../../../cli/terminal.js';
import { jobText, KEY } from '../../../cli/world.js';

const COUNT = 1;
const ASSETS = datadogAssets({
  prefix: 'deepgram',
  tags: ['env:test'],
  ...DEFAULT_LIMITS,
  dailyBudget: 200,
  monthlyBudget: 4_000,
  deadTasks: 0,
});

/** Everything that two days of an account become in Datadog, delivered by the whole program. */
let sent: readonly StoredPoint[];
/** The keys of the tags that each metric came with. */
const sentKeys = new Map<string, Set<string>>();

beforeAll(async () => {
  const clock = { now: () => NOW, sleep: async () => {} };
  const projects = [{ id: 'p-1', name: 'Support line' }];
  const account = await startStandIn({ now: NOW, projects, requestsPerDay: 150, apiKey: KEY });
  const intake = await startIntake({ apiKey: KEY, clock, historical: true });
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  const sink = `datadog: { type: datadog-metrics, api_key: ${KEY}, api_url: "${intake.url}", historical: true, tags: [env:test] }`;
  await terminal.write('job.yaml', jobText(account.url, [sink]));

  const code = await terminal.run('sync', '-c', 'job.yaml', '--no-state', '--quiet', '--since', '4d');
  await finishRunOfWorkers(intake.url, clock);

  sent = intake.query();
  for (const { metric, tags } of sent) {
    const keys = sentKeys.get(metric) ?? new Set();
    sentKeys.set(metric, keys);
    for (const tag of tags) keys.add(tag.split(':')[0] ?? '');
  }
  await Promise.all([account.close(), intake.close()]);
  if (code !== 0) throw new Error(`The export ended with ${code}: ${terminal.stderr}`);
});

/** What the last task of workers adds to the metrics about a run. */
async function finishRunOfWorkers(url: string, clock: Clock): Promise<void> {
  const settings = datadogMetricsSettings.parse({ api_key: KEY, api_url: url, tags: ['env:test'] });
  const streams: readonly Stream[] = [];
  const context = { name: 'datadog', cwd: '.', clock, log: silentLog, streams, env: {}, userAgent: 'test' };
  const sink = await datadogMetricsSink(settings, context);
  const queue = { waiting: 2, active: 1, failing: 1, dead: 1, oldestMs: 60_000 };
  const run = { records: 0, partitions: 0, failedPartitions: 0, calls: 0, retries: 0, elapsedMs: 0, queue };
  await sink.finish?.(run, new AbortController().signal);
  await sink.dispose?.();
}

describe.each(ASSETS.map((asset) => [asset.name, asset] as const))(
  '%s names only what the sink sends:',
  (_, asset) => {
    it('metrics', () => {
      const known = new Set(sent.map(({ metric }) => metric));

      const unknown = usesIn(asset).filter(({ metric }) => !known.has(metric));

      expect(usesIn(asset)).not.toEqual([]);
      expect(unknown).toEqual([]);
    });

    it('the tags of each metric', () => {
      const unknown = usesIn(asset).flatMap((use) => {
        const keys = sentKeys.get(use.metric) ?? new Set();
        return keysIn(use, asset)
          .filter((key) => !keys.has(key))
          .map((key) => `${use.metric} ${key}`);
      });

      expect(unknown).toEqual([]);
    });

    it('values of tags, where it names one', () => {
      const named = usesIn(asset).flatMap(({ scope }) => scope.filter((filter) => filter.includes(':')));
      const tags = new Set(sent.flatMap((point) => point.tags));

      expect(named.filter((tag) => !tags.has(tag))).toEqual([]);
    });

    it('counts as counts, and levels never added up over time', () => {
      const wrong = usesIn(asset).filter(({ metric, aggregator, functions }) => {
        const isCount = sent.find((point) => point.metric === metric)?.type === COUNT;
        const asCount = functions.includes('.as_count()');
        const rollup = /\.rollup\((\w+)/.exec(functions)?.[1];
        if (isCount) return !asCount || aggregator !== 'sum' || (rollup ?? 'sum') !== 'sum';
        return asCount || rollup === 'sum';
      });

      expect(wrong).toEqual([]);
    });
  },
);

function usesIn({ body }: Asset): readonly MetricUse[] {
  return [...textsIn(body)].flatMap(([text, name]) => (name === 'query' ? metricsIn(text) : []));
}

/** What a use is narrowed to and split by; a variable stands for the tag that it is about. */
function keysIn({ scope, by }: MetricUse, { body }: Asset): readonly string[] {
  const variables = new Map(
    listOf(body.template_variables).map(
      ({ name, prefix }) => [`$${name}`, String(prefix)] as [string, string],
    ),
  );
  const narrowing = scope.filter((filter) => filter !== '*');
  return [...by, ...narrowing.map((filter) => variables.get(filter) ?? filter.split(':')[0] ?? '')];
}

function listOf(json: Json | undefined): readonly JsonObject[] {
  return Array.isArray(json) ? json.filter(isJsonObject) : [];
}
