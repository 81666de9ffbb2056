import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import nock from 'nock';
import { afterEach, describe, expect, it } from 'vitest';
import { balances } from '../../../connectors/deepgram/streams/account.js';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../connectors/deepgram/streams/usage.js';
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

const CONTRACT = new URL('../../../../shared/contract/datadog-v2-intake.openapi.json', import.meta.url);
const AT = '2026-11-20T11:40:00.000000Z';

describe('payloads and the schema that Datadog publishes', () => {
  const present = existsSync(CONTRACT);
  if (!present)
    process.stdout.write('Skipped: the published schema of the intake is not beside the repository.\n');

  it.runIf(present)('agree for every kind of metric', async () => {
    const validate = await validatorOf('MetricPayload');
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
    for (const { series } of intake.payloads) {
      expect(validate({ series }), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  it.runIf(present)('would not agree about a faulty one', async () => {
    const validate = await validatorOf('MetricPayload');

    expect(
      validate({ series: [{ metric: 'm', type: 9, points: [{ timestamp: 'now', value: null }] }] }),
    ).toBe(false);
  });
});

describe('calls as Datadog documents them', () => {
  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });

  it('POST /api/v2/series, with the key in its header and a body in gzip', async () => {
    nock.disableNetConnect();
    const bodies: unknown[] = [];
    const scope = nock('https://api.us5.datadoghq.com', {
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
    const sink = await openSink({ site: 'us5.datadoghq.com' }, steppingClock());

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
    const scope = nock('https://api.datadoghq.eu', { reqheaders: { 'dd-api-key': API_KEY } })
      .get('/api/v1/validate')
      .reply(200, { valid: true });
    const sink = await openSink({ site: 'datadoghq.eu' }, steppingClock());

    const result = await sink.check(new AbortController().signal);

    scope.done();
    expect(result.ok).toBe(true);
  });
});

async function validatorOf(schema: string) {
  const document = JSON.parse(await readFile(CONTRACT, 'utf8'));
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  return ajv.addSchema(document, 'datadog').compile({ $ref: `datadog#/components/schemas/${schema}` });
}
