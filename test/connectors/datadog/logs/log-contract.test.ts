import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import nock from 'nock';
import { afterEach, describe, expect, it } from 'vitest';
import { requestRow, rowsOf } from '../../../conformance/sample-records.js';
import { API_KEY, deliver, steppingClock } from '../account.js';
import { openLogAccount, openLogSink, PARTITION } from './log-account.js';

const CONTRACT = new URL('../../../../../shared/contract/datadog-v2-intake.openapi.json', import.meta.url);

describe('payloads and the schema that Datadog publishes', () => {
  const present = existsSync(CONTRACT);
  if (!present)
    process.stdout.write('Skipped: the published schema of the intake is not beside the repository.\n');

  it.runIf(present)('agree for every kind of request', async () => {
    const validate = await validatorOf('HTTPLog');
    const { intake, open } = await openLogAccount();
    const lost = requestRow(4, '2026-11-20', { status: 'lost', code: null, path: null, latency_ms: null });

    await deliver(await open(), PARTITION, [...rowsOf('requests'), lost]);

    expect(intake.logPayloads).toHaveLength(1);
    expect(intake.logPayloads[0]?.logs).toHaveLength(4);
    expect(validate(intake.logPayloads[0]?.logs), JSON.stringify(validate.errors)).toBe(true);
  });

  it.runIf(present)('would not agree about faulty ones', async () => {
    const validate = await validatorOf('HTTPLog');

    const verdicts = [[{ service: 'no message' }], [{ message: 'm', ddtags: ['a list'] }], { message: 'm' }];

    expect(verdicts.map((payload) => validate(payload))).toEqual([false, false, false]);
  });

  it.runIf(present)('agree about the answers of the stand-in, too', async () => {
    const validate = await validatorOf('HTTPLogErrors');
    const { intake } = await openLogAccount();

    const answer = await fetch(`${intake.url}/api/v2/logs`, { method: 'POST' });

    expect(answer.status).toBe(403);
    const body = await answer.json();
    expect(body).toMatchObject({ errors: [{ status: '403', title: 'Forbidden' }] });
    expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
  });
});

describe('calls as Datadog documents them', () => {
  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });

  it('POST /api/v2/logs at a host of its own, with the key in its header and a body in gzip', async () => {
    nock.disableNetConnect();
    const bodies: unknown[] = [];
    const scope = nock('https://http-intake.logs.us5.datadoghq.com', {
      reqheaders: {
        'dd-api-key': API_KEY,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        accept: 'application/json',
      },
    })
      .post('/api/v2/logs')
      .reply(202, async (call: Request) => {
        bodies.push(await call.json()); // nock has decompressed it
        return {};
      });
    const sink = await openLogSink({ site: 'us5.datadoghq.com' }, steppingClock());

    const receipt = await deliver(sink, PARTITION, [requestRow(1)]);

    scope.done();
    expect(receipt.accepted).toBe(1);
    expect(bodies).toMatchObject([[{ ddsource: 'deepgram', timestamp: '2026-11-20T11:40:01.434Z' }]]);
  });

  it('GET /api/v1/validate at the host of the API, with the key in its header', async () => {
    nock.disableNetConnect();
    const scope = nock('https://api.datadoghq.eu', { reqheaders: { 'dd-api-key': API_KEY } })
      .get('/api/v1/validate')
      .reply(200, { valid: true });
    const sink = await openLogSink({ site: 'datadoghq.eu' }, steppingClock());

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
