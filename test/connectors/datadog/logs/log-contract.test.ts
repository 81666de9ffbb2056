import nock from 'nock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { requestRow, rowsOf } from '../../../../connectors/testing/sample-records.js';
import { ownContract, publishedContract, SETUP_MS } from '../../../contract/contract.js';
import { API_KEY, deliver, steppingClock } from '../account.js';
import { seenByNock } from '../as-documented.js';
import { openLogAccount, openLogSink, PARTITION } from './log-account.js';

const CONTRACTS = [ownContract('datadog-logs'), publishedContract('datadog-v2-intake.openapi.json')];

// The first payload loads Datadog's client, in whichever test it is sent.
vi.setConfig({ testTimeout: SETUP_MS });

describe.each(CONTRACTS)('payloads and $name', ({ present, errorsOf }) => {
  it.runIf(present)('agree for every kind of request', async () => {
    const { intake, open } = await openLogAccount();
    const lost = requestRow(4, '2026-11-20', { status: 'lost', code: null, path: null, latency_ms: null });

    await deliver(await open(), PARTITION, [...rowsOf('requests'), lost]);

    expect(intake.logPayloads).toHaveLength(1);
    expect(intake.logPayloads[0]?.logs).toHaveLength(4);
    expect(errorsOf('HTTPLog', intake.logPayloads[0]?.logs)).toEqual([]);
  });

  it.runIf(present)('would not agree about faulty ones', () => {
    const faulty = [[{ service: 'no message' }], [{ message: 'm', ddtags: ['a list'] }], { message: 'm' }];

    expect(faulty.map((payload) => errorsOf('HTTPLog', payload))).toEqual([
      ["/* must have required property 'message'"],
      ['/*/ddtags must be string'],
      [' must be array'],
    ]);
  });

  it.runIf(present)('agree about the answers of the stand-in, too', async () => {
    const { intake } = await openLogAccount();

    const answer = await fetch(`${intake.url}/api/v2/logs`, { method: 'POST' });

    expect(answer.status).toBe(403);
    const body = await answer.json();
    expect(body).toMatchObject({ errors: [{ status: '403', title: 'Forbidden' }] });
    expect(errorsOf('HTTPLogErrors', body)).toEqual([]);
  });
});

describe('calls as Datadog documents them', () => {
  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });

  it('POST /api/v2/logs at a host of its own, with the key in its header and a body in gzip', async () => {
    nock.disableNetConnect();
    nock.enableNetConnect('127.0.0.1');
    const bodies: unknown[] = [];
    const intake = 'https://http-intake.logs.us5.datadoghq.com';
    const scope = nock(intake, {
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
    const sink = await openLogSink({ api_url: await seenByNock(intake) }, steppingClock());

    const receipt = await deliver(sink, PARTITION, [requestRow(1)]);

    scope.done();
    expect(receipt.accepted).toBe(1);
    expect(bodies).toMatchObject([[{ ddsource: 'deepgram', timestamp: '2026-11-20T11:40:01.434Z' }]]);
  });

  it('GET /api/v1/validate at the host of the API, with the key in its header', async () => {
    nock.disableNetConnect();
    nock.enableNetConnect('127.0.0.1');
    const api = 'https://api.datadoghq.eu';
    const scope = nock(api, { reqheaders: { 'dd-api-key': API_KEY } })
      .get('/api/v1/validate')
      .reply(200, { valid: true });
    const sink = await openLogSink({ api_url: await seenByNock(api) }, steppingClock());

    const result = await sink.check(new AbortController().signal);

    scope.done();
    expect(result.ok).toBe(true);
  });
});
