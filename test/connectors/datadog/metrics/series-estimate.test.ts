import { describe, expect, it } from 'vitest';
import { datadogMetricsSettings } from '../../../../connectors/datadog/metrics/metrics-settings.js';
import { datadogMetricsSink } from '../../../../connectors/datadog/metrics/metrics-sink.js';
import { selectStreams } from '../../../../connectors/deepgram/streams/select-streams.js';
import { sinkContext } from '../../../../connectors/testing/sink-context.js';
import type { Stream } from '../../../../src/streams/stream.js';
import { SUPPORT } from '../account.js';

const OTHER = { id: 'p2', name: null };

const streamsNamed = (...names: readonly string[]): readonly Stream[] =>
  selectStreams({
    requests: {},
    usage: { group_by: ['models', 'accessor', 'tags'] },
    billing: { group_by: ['line_item', ['line_item', 'deployment']] },
    balances: {},
    purchases: {},
    projects: {},
    api_keys: { include_emails: false },
    members: false,
    models: {},
  }).filter(({ name }) => names.includes(name));

const foretell = async (
  streams: readonly Stream[],
  values: Readonly<Record<string, number>>,
  settings: Readonly<Record<string, unknown>> = {},
  projects = [SUPPORT],
) => {
  const parsed = datadogMetricsSettings.parse({ api_key: 'k', api_url: 'http://127.0.0.1:1', ...settings });
  const sink = await datadogMetricsSink(parsed, sinkContext('.', { streams }));
  const known = new Map(Object.entries(values));
  const estimate =
    sink.estimate?.({ projects, values: new Map(projects.map(({ id }) => [id, known])) }) ?? [];
  return Object.fromEntries(estimate.map(({ what, detail }) => [what, detail]));
};

const BESIDE = ', beside those of balances and of the export itself';

describe('how many custom metrics there will be, at most', () => {
  it('is every combination of the tags of requests, times their metrics', async () => {
    const told = await foretell(
      streamsNamed('requests'),
      { endpoint: 5, status: 5, model: 3 },
      { dimensions: ['project', 'endpoint', 'status', 'model'], max_series: 10_000 },
    );

    // Of the states, two are not sent; a request may have no model.
    expect(told['custom metrics']).toBe(
      `at most ${5 * 3 * 4 * 11} in a day over 1 project${BESIDE}; the tag that makes the most is \`endpoint\` (up to 5 values)`,
    );
  });

  it('is a sum over streams and projects', async () => {
    const streams = streamsNamed(
      'usage',
      'usage_by_models',
      'usage_by_accessor',
      'billing',
      'balances',
      'projects',
    );
    const usage = 16 + 8 * 5 + 8 * 21;
    const billing = 2;

    const told = await foretell(streams, { model: 4, api_key_id: 20 }, {}, [SUPPORT, OTHER]);

    expect(told['custom metrics']).toBe(
      `at most ${2 * (usage + billing)} in a day over 2 projects${BESIDE}; the tag that makes the most is \`api_key\` (up to 21 values)`,
    );
  });

  it('counts what is used together as any set of it', async () => {
    const told = await foretell(streamsNamed('usage_by_tags'), { tags: 5 });

    expect(told['custom metrics']).toContain(`at most ${8 * 2 ** 5} in a day`);
    expect(told['custom metrics']).toContain('`request_tags` (up to 32 values)');
  });

  it('is what max_series allows, where there would be more or nobody can tell', async () => {
    const told = await foretell(
      streamsNamed('requests', 'billing_by_line_item', 'billing_by_line_item_deployment'),
      { line_item: 30 },
      { dimensions: ['api_key'], max_series: 1_000 },
    );

    expect(told['custom metrics']).toBe(
      `at most 2,031 in a day over 1 project${BESIDE}; the tag that makes the most is \`api_key\` (any number of values)` +
        '; all combinations of billing_by_line_item_deployment, requests would be more, and `max_series` limits them to 1,000 a project',
    );
  });
});

it('the tag that makes the most is one with no known end, where no single one would help', async () => {
  const told = await foretell(
    streamsNamed('requests'),
    { endpoint: 5 },
    { dimensions: ['endpoint', 'method', 'model'] },
  );

  expect(told['custom metrics']).toContain('the tag that makes the most is `method` (any number of values)');
});

describe('what will become of history', () => {
  it('is said with the prefix, and with what to switch on', async () => {
    const told = await foretell([], {}, { prefix: 'voice.' });

    expect(told.history).toBe(
      'points older than 1 hour are not sent, because Datadog would answer 202 and drop them. To have them, switch on ' +
        'Metrics → Historical Metrics Ingestion for the prefix `voice.` in Datadog, then set `historical: true` for this sink.',
    );
  });

  it('is said where it is switched on, too', async () => {
    const told = await foretell([], {}, { historical: true });

    expect(told.history).toBe(
      'points of up to 15 months are sent; Datadog drops those older than 1 hour, unless Metrics → Historical Metrics ' +
        'Ingestion is on for the prefix `deepgram.`',
    );
  });
});
