import nock from 'nock';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { datadogMetricsSettings } from '../../../connectors/datadog/metrics/metrics-settings.js';
import { datadogMetricsSink } from '../../../connectors/datadog/metrics/metrics-sink.js';
import { balances } from '../../../connectors/deepgram/streams/account.js';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../connectors/deepgram/streams/usage.js';
import { ownContract, publishedContract, SETUP_MS } from '../../contract/contract.js';
import {
  API_KEY,
  close,
  deliver,
  openAccount,
  openSink,
  partitionOf,
  request,
  steppingClock,
} from './account.js';
import { hostsAskedFor, seenByNock } from './as-documented.js';

const US5 = 'https://api.us5.datadoghq.com';
const EU = 'https://api.datadoghq.eu';
const AT = '2026-11-20T11:40:00.000000Z';
const CONTRACTS = [ownContract('datadog-metrics'), publishedContract('datadog-v2-intake.openapi.json')];

// The first payload loads Datadog's client, in whichever test it is sent.
vi.setConfig({ testTimeout: SETUP_MS });

describe.each(CONTRACTS)('payloads and $name', ({ present, errorsOf }) => {
  beforeAll(() => {
    if (present) errorsOf('MetricPayload', {});
  }, SETUP_MS);

  it.runIf(present)('agree for every kind of metric', async () => {
    const { intake, open } = await openAccount();
    const sink = await open();

    await deliver(sink, partitionOf(requests), [request(AT, { cost_usd: 0.5, latency_ms: 12.25 })]);
    await deliver(sink, partitionOf(usage), [{ date: '2026-11-20', hours: 1.5, requests: 2 }]);
    await deliver(sink, partitionOf(balances), [
      {
        date: '2026-11-20',
        observed_at: '2026-11-20T12:19:00.000000Z',
        balance_id: 'b1',
        amount: 9,
        units: 'USD',
      },
    ]);
    await close(sink);

    expect(intake.payloads).toHaveLength(4);
    for (const { series } of intake.payloads) expect(errorsOf('MetricPayload', { series })).toEqual([]);
  });

  it.runIf(present)('would not agree about a faulty one', () => {
    const series = [{ metric: 'm', type: 9, points: [{ timestamp: 'now', value: null }], tag: [] }];

    expect(errorsOf('MetricPayload', { series })).toEqual(
      expect.arrayContaining([
        '/series/* must NOT have additional properties: tag',
        '/series/*/points/*/timestamp must be integer',
        '/series/*/points/*/value must be number',
        '/series/*/type must be equal to one of the allowed values',
      ]),
    );
  });
});

it.each([
  ['us5.datadoghq.com', 'api.us5.datadoghq.com:443'],
  ['datadoghq.eu', 'api.datadoghq.eu:443'],
])('calls go to the host of the site: %s', async (site, host) => {
  const settings = datadogMetricsSettings.parse({ api_key: API_KEY, site });

  expect(await hostsAskedFor((context) => datadogMetricsSink(settings, context))).toEqual([host]);
});

describe('calls as Datadog documents them', () => {
  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });

  it('POST /api/v2/series, with the key in its header and a body in gzip', async () => {
    nock.disableNetConnect();
    nock.enableNetConnect('127.0.0.1');
    const bodies: unknown[] = [];
    const scope = nock(US5, {
      reqheaders: {
        'dd-api-key': API_KEY,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        accept: 'application/json',
      },
    })
      .post('/api/v2/series')
      .reply(202, async (call: Request) => {
        bodies.push(await call.json()); // nock has decompressed it
        return { errors: [] };
      });
    const sink = await openSink({ api_url: await seenByNock(US5) }, steppingClock());

    const receipt = await deliver(sink, partitionOf(requests), [request(AT)]);

    scope.done();
    expect(receipt.accepted).toBe(1);
    expect(bodies).toEqual([
      {
        series: [
          {
            metric: 'deepgram.requests',
            type: 1,
            interval: 60,
            unit: 'request',
            points: [{ timestamp: 1_795_174_800, value: 1 }],
            tags: [
              'deployment:hosted',
              'endpoint:listen',
              'method:sync',
              'model:nova-3',
              'project:support_line',
              'project_id:p1',
              'status:success',
            ],
          },
        ],
      },
    ]);
  });

  it('GET /api/v1/validate, with the key in its header', async () => {
    nock.disableNetConnect();
    nock.enableNetConnect('127.0.0.1');
    const scope = nock(EU, { reqheaders: { 'dd-api-key': API_KEY } })
      .get('/api/v1/validate')
      .reply(200, { valid: true });
    const sink = await openSink({ api_url: await seenByNock(EU) }, steppingClock());

    const result = await sink.check(new AbortController().signal);

    scope.done();
    expect(result.ok).toBe(true);
  });
});
