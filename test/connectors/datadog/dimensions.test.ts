import { describe, expect, it, test } from 'vitest';
import { datadogCostsSettings } from '../../../connectors/datadog/costs/costs-settings.js';
import { datadogCostsSink } from '../../../connectors/datadog/costs/costs-sink.js';
import { type Asset, datadogAssets } from '../../../connectors/datadog/install/assets/datadog-assets.js';
import { DEFAULT_LIMITS } from '../../../connectors/datadog/install/assets/monitor-limits.js';
import { unsent } from '../../../connectors/datadog/install/assets/unsent.js';
import { datadogLogsSettings } from '../../../connectors/datadog/logs/logs-settings.js';
import { datadogLogsSink } from '../../../connectors/datadog/logs/logs-sink.js';
import { metricsSettings } from '../../../connectors/datadog/metrics/metrics-settings.js';
import { datadogMetricsSink } from '../../../connectors/datadog/metrics/metrics-sink.js';
import { DIMENSIONS, type Dimension } from '../../../connectors/datadog/shared/dimensions.js';
import { billing, billingBy, billingGroupings } from '../../../connectors/deepgram/streams/billing.js';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { usage, usageBy, usageGroupings } from '../../../connectors/deepgram/streams/usage.js';
import { requestRow } from '../../../connectors/testing/sample-records.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { Stream } from '../../../src/streams/stream.js';
import { API_KEY, deliver, openAccount, partitionOf, request, SUPPORT } from './account.js';
import { APP_KEY, openCostAccount } from './costs/cost-account.js';

const AT = '2026-11-20T11:40:00.000000Z';

describe('a dimension that is added to the table', () => {
  const spoken: Dimension = { key: 'spoken', fields: ['language'], ofRequests: 'by default', ofLogs: true };
  const dimensions = [...DIMENSIONS, spoken];
  const settings = metricsSettings(dimensions);

  it('is one that the setting `dimensions` offers', () => {
    const named = settings.safeParse({ api_key: API_KEY, dimensions: ['spoken'] });
    const byDefault = settings.parse({ api_key: API_KEY }).dimensions;

    expect(named.success).toBe(true);
    expect(byDefault).toContain('spoken');
  });

  it('is a tag of the metrics of requests', async () => {
    const { sink, intake } = await openMetrics();

    await deliver(sink, partitionOf(requests), [request(AT, { language: 'da' })]);

    expect(intake.query('deepgram.requests')).toMatchObject([
      { tags: expect.arrayContaining(['spoken:da']) },
    ]);
  });

  it('is a tag of daily metrics whose stream has its field', async () => {
    const { sink, intake } = await openMetrics();

    await deliver(sink, partitionOf(withLanguage(usage)), [{ date: '2026-11-20', hours: 1, language: 'da' }]);

    expect(intake.query('deepgram.usage.today.hours')).toMatchObject([
      { tags: ['project:support_line', 'project_id:p1', 'spoken:da'] },
    ]);
  });

  it('is part of the estimate of series', async () => {
    const { sink } = await openMetrics({ dimensions: ['spoken'] }, [withLanguage(requests)]);

    const values = new Map([[SUPPORT.id, new Map([['language', 30]])]]);
    const [series] = sink.estimate?.({ projects: [SUPPORT], values }) ?? [];

    expect(series?.detail).toContain('the tag that makes the most is `spoken` (up to 31 values)');
  });

  it('is a tag of logs', async () => {
    const { intake, clock } = await openAccount();
    const context = sinkContext('.', { clock });
    const sink = await datadogLogsSink(
      datadogLogsSettings.parse({ api_key: API_KEY, api_url: intake.url }),
      context,
      { dimensions },
    );

    await deliver(sink, partitionOf(requests), [requestRow(1, '2026-11-20', { language: 'da' })]);

    expect(intake.logs).toMatchObject([{ log: { ddtags: expect.stringContaining('spoken:da') } }]);
  });

  it('is a tag of costs', async () => {
    const { intake, clock } = await openCostAccount();
    const keys = { api_key: API_KEY, app_key: APP_KEY };
    const sink = await datadogCostsSink(
      datadogCostsSettings.parse({ ...keys, api_url: intake.url }),
      sinkContext('.', { clock }),
      { dimensions },
    );

    await deliver(sink, partitionOf(withLanguage(billing)), [{ cost_usd: 1, language: 'da' }]);

    expect(intake.costs.files).toMatchObject([{ lines: [{ Tags: { spoken: 'da' } }] }]);
  });

  it('keeps configured tags with its key out of the dashboard', () => {
    const options = { prefix: 'deepgram', ...DEFAULT_LIMITS };

    const assets = datadogAssets({ ...options, tags: ['spoken:everywhere'] }, dimensions);

    expect(assets).toEqual(datadogAssets({ ...options, tags: [] }));
  });

  it('is said to lack where an asset needs it and the setting leaves it out', () => {
    const query = 'sum:deepgram.requests{*} by {spoken}.as_count()';
    const asset: Asset = { kind: 'monitor', name: 'by-language', body: { query } };

    const lacking = unsent(
      [asset],
      { prefix: 'deepgram', streams: ['requests'], dimensions: [] },
      dimensions,
    );

    expect(lacking.dimensions).toEqual(['spoken']);
  });

  async function openMetrics(changes: object = {}, streams: readonly Stream[] = []) {
    const { intake, clock } = await openAccount();
    const sink = await datadogMetricsSink(
      settings.parse({ api_key: API_KEY, api_url: intake.url, ...changes }),
      sinkContext('.', { clock, streams }),
      { dimensions },
    );
    return { sink, intake };
  }
});

function withLanguage<S extends Stream>(stream: S): Stream {
  const language = { name: 'language', type: 'string', role: 'dimension', description: '' } as const;
  return { ...stream, fields: [...stream.fields.filter(({ name }) => name !== 'language'), language] };
}

test.each([...usageGroupings.map(usageBy), ...billingGroupings.map((grouping) => billingBy([grouping]))])(
  'every field that tells groups of $name apart is part of a tag',
  ({ fields }) => {
    const tagged = DIMENSIONS.flatMap((dimension) => dimension.fields);

    const own = fields.filter(({ name, role }) => role === 'dimension' && !/^(date|period_end)$/.test(name));

    expect(own.map(({ name }) => name).filter((name) => !tagged.includes(name))).toEqual([]);
  },
);
