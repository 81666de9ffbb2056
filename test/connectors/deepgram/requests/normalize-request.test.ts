import { describe, expect, it } from 'vitest';
import { requestRow } from '../../../../connectors/deepgram/requests/normalize-request.js';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { Findings } from '../../../../src/deliver/tally/findings.js';
import { silentLog } from '../../../../src/log/log.js';

const NOW = Date.parse('2023-10-06T00:00:00Z');

function read(raw: unknown, now = NOW) {
  const findings = new Findings(silentLog);
  const row = requestRow(raw, {
    project: { id: 'p-1', name: 'Support' },
    names: {
      model: (id) => ({ 'uuid-1': 'nova-3-general', 'uuid-2': 'nova-2-general' })[id],
      apiKey: (id) => ({ 'key-1': 'production' })[id],
      lineItem: () => undefined,
    },
    ages: { unknownAfterMs: 3_600_000, lostAfterMs: 172_800_000, pricedWithinMs: 14_400_000 },
    prices: { areComing: true, lookAt: async () => {} },
    now,
    findings,
  });
  return { row, found: findings.result() };
}

const documented = {
  request_id: 'a758d58d-e3ec-xxx',
  created: '2023-10-05T22:49:03.509654Z',
  path: '/v1/listen?-xxx',
  api_key_id: 'f54158f4-xxx-xxx',
  response: null,
  callback: null,
};
const answered = {
  ...documented,
  response: { code: 200, completed: '2023-10-05T22:49:04.009655Z', details: { usd: 0.1 } },
};

function withDetails(details: object) {
  return { ...answered, response: { ...answered.response, details } };
}

it('reads the documented record, and gives its fields in the order of the schema', () => {
  const { row } = read(documented);

  expect(Object.keys(row ?? {})).toEqual(requests.fields.map((field) => field.name));
  expect(row).toMatchObject({
    request_id: 'a758d58d-e3ec-xxx',
    created_at: '2023-10-05T22:49:03.509654Z',
    endpoint: 'listen',
    path: '/v1/listen',
    status: 'unknown',
    settled: false,
    code: null,
    cost_usd: null,
    tags: null,
    callback_code: null,
  });
});

describe('the state of a request', () => {
  it.each([
    ['no response for a moment', null, 60_000, 'pending', false],
    ['no response for an hour', null, 3_600_000, 'unknown', false],
    ['no response for two days', null, 172_800_000, 'lost', true],
    ['code 200 with its cost', { code: 200, details: { usd: 0.1, duration: 3 } }, 60_000, 'success', true],
    [
      'code 200 with a cost of 0 and audio',
      { code: 200, details: { usd: 0, duration: 3 } },
      60_000,
      'success',
      false,
    ],
    ['code 200 with no cost and audio', { code: 200, details: { duration: 3 } }, 60_000, 'success', false],
    ['code 200 with no cost and nothing used', { code: 200, details: {} }, 60_000, 'success', true],
    ['code 101, a streaming connection', { code: 101, details: { usd: 1 } }, 60_000, 'success', true],
    ['code 400', { code: 400, message: 'Bad Request' }, 60_000, 'error', true],
    ['a response without a code, young', { details: {} }, 60_000, 'pending', false],
    ['a response without a code, old', { details: {} }, 172_800_000, 'unknown', true],
    ['a code that says neither', { code: 302 }, 60_000, 'unknown', true],
  ])('%s', (_form, response, age, status, settled) => {
    const created = new Date(NOW - age).toISOString();

    const { row } = read({ ...documented, created, response });

    expect(row).toMatchObject({ status, settled });
  });

  it('takes the code from the top of the record too', () => {
    const { row } = read({ ...documented, code: 401, response: { message: 'no' } });

    expect(row).toMatchObject({ code: 401, status: 'error' });
  });
});

describe('every form of a field', () => {
  it.each<[string, object, object]>([
    [
      'models as a list',
      withDetails({ models: ['uuid-1', 'uuid-2'] }),
      {
        model: 'nova-3-general',
        model_ids: ['uuid-1', 'uuid-2'],
        model_names: ['nova-3-general', 'nova-2-general'],
      },
    ],
    [
      'models as one text',
      withDetails({ models: 'uuid-2 uuid-1' }),
      { model: 'nova-2-general', model_ids: ['uuid-2', 'uuid-1'] },
    ],
    [
      'models that nobody knows',
      withDetails({ models: ['other'] }),
      { model: 'other', model_names: ['other'] },
    ],
    ['models missing', withDetails({}), { model: null, model_ids: null, model_names: null }],
    ['tags as a list', withDetails({ tags: ['prod', 'ivr'] }), { tags: ['prod', 'ivr'] }],
    ['tags as ""', withDetails({ tags: '' }), { tags: [] }],
    [
      'tags with things that are no text',
      withDetails({ tags: [{ toString: 1 }, null, 7, 'x'] }),
      { tags: ['7', 'x'] },
    ],
    ['features as ""', withDetails({ features: '' }), { features: [] }],
    ['config as an object', withDetails({ config: { language: 'en-US' } }), { language: 'en-US' }],
    ['config as ""', withDetails({ config: '' }), { language: null }],
    [
      'numbers',
      withDetails({
        usd: 0.00225,
        duration: 31.4,
        total_audio: 62.8,
        channels: 2,
        streams: 1,
        tier: 'nova-3',
        method: 'sync',
      }),
      {
        cost_usd: 0.00225,
        audio_seconds: 31.4,
        total_audio_seconds: 62.8,
        channels: 2,
        streams: 1,
        tier: 'nova-3',
        method: 'sync',
      },
    ],
    ['numbers as text', withDetails({ usd: '0.00225' }), { cost_usd: 0.00225 }],
    ['deployment at the top', { ...answered, deployment: 'hosted:us' }, { deployment: 'hosted:us' }],
    [
      'deployment in the response',
      { ...answered, response: { ...answered.response, deployment: 'self-hosted' } },
      { deployment: 'self-hosted' },
    ],
    [
      'callback as a URL',
      { ...answered, callback: 'https://user:secret@example.test/hook' },
      { callback_code: null, callback_attempts: null },
    ],
    [
      'callback as an object',
      { ...answered, callback: { attempts: 3, code: 502, completed: null } },
      { callback_code: 502, callback_attempts: 3 },
    ],
    [
      'tokens',
      {
        ...answered,
        response: {
          ...answered.response,
          token_details: [
            { input: 10, output: 2, model: 'gpt' },
            { input: 5, output: 1 },
          ],
        },
      },
      { tokens_in: 15, tokens_out: 3, model: 'gpt' },
    ],
    [
      'no tokens',
      { ...answered, response: { ...answered.response, token_details: [] } },
      { tokens_in: null, tokens_out: null },
    ],
    [
      'speech',
      {
        ...answered,
        response: {
          ...answered.response,
          tts_details: {
            duration: 1.5,
            speech_segments: [{ characters: 7, model: 'uuid-1', tier: 'aura' }, { characters: 5 }],
          },
        },
      },
      { tts_characters: 12, audio_seconds: 1.5, model: 'nova-3-general', tier: 'aura' },
    ],
    [
      'speech segments as ""',
      { ...answered, response: { ...answered.response, tts_details: { speech_segments: '' } } },
      { tts_characters: null },
    ],
    [
      'the accessor as the key',
      { ...answered, api_key_id: undefined, accessor: 'key-1' },
      { api_key_id: 'key-1', api_key_name: 'production' },
    ],
    [
      'no microseconds',
      { ...answered, created: '2023-10-05T22:49:03Z' },
      { created_at: '2023-10-05T22:49:03.000000Z' },
    ],
    [
      'a time with an offset',
      { ...answered, created: '2023-10-06T00:49:03.5+02:00' },
      { created_at: '2023-10-05T22:49:03.500000Z' },
    ],
    ['the latency, to the microsecond', answered, { latency_ms: 500.001 }],
  ])('%s', (_form, raw, expected) => {
    const { row, found } = read(raw);

    expect(row).toMatchObject(expected);
    expect(found.unknownFields.size).toBe(0);
  });

  it.each([
    ['/v1/listen?model=nova-3', 'listen', '/v1/listen'],
    ['/v2/listen', 'listen', '/v2/listen'],
    ['/v1/speak#x', 'speak', '/v1/speak'],
    ['/v1/read?', 'read', '/v1/read'],
    ['/v1/agent/converse', 'agent', '/v1/agent/converse'],
    ['https://user:key@api.deepgram.com/v1/listen?x=1', 'listen', '/v1/listen'],
    ['/v1/listening', 'other', '/v1/listening'],
    ['/v1/listen%3Fcallback=https://a:b@c.test', 'other', '/v1/listen'],
    ['/v1/listen&callback=https://a:b@c.test', 'other', '/v1/listen'],
    ['', 'other', null],
  ])('the path %s', (path, endpoint, exported) => {
    const { row } = read({ ...answered, path });

    expect(row).toMatchObject({ endpoint, path: exported });
  });

  it.each([
    ['/v1/listen?language=pt-BR&callback=https://a:b@c.test', 'pt-BR'],
    ['/v1/listen?tag=x&language=en', 'en'],
    ['/v1/listen?language=%27%3Bdrop', null],
    ['/v1/listen', null],
  ])('the language asked for in %s', (path, language) => {
    const { row } = read({ ...answered, path });

    expect(row?.language).toBe(language);
  });
});

it.each([
  [
    'failed to fetch https://user:pw@media.test/a.wav?token=abc&x=1 (403)',
    'failed to fetch https://media.test/a.wav (403)',
  ],
  ['bad call to /v1/listen?callback=http%3A%2F%2Fa: no', 'bad call to /v1/listen no'],
  ['no such host: https://user:p@ss@media.test/a.wav', 'no such host: https://media.test/a.wav'],
  ['no such host: https://user:p/w@media.test/a.wav', 'no such host: https://media.test/a.wav'],
  ['no such host: https://user:p#w@media.test/a.wav', 'no such host: https://'],
  ["sent to https://media.test/hook?note=it's-private (403)", 'sent to https://media.test/hook (403)'],
  ['sent to media.test?token=abc', 'sent to media.test'],
  ['what?', 'what?'],
  ['plain text', 'plain text'],
])('keeps queries and credentials out of the message: %s', (message, expected) => {
  const { row } = read({ ...answered, response: { code: 400, message } });

  expect(row?.error_message).toBe(expected);
});

it('bounds the work on a hostile message', () => {
  const { row } = read({ ...answered, response: { code: 400, message: `${'/a'.repeat(100_000)}?x` } });

  expect(row?.error_message?.length).toBeLessThanOrEqual(2_000);
});

it('shows nothing of the credentials in a URL that is cut off with a long message', () => {
  const message = `${'x'.repeat(1_970)} https://user:${'secret'.repeat(20)}@media.test`;

  const { row } = read({ ...answered, response: { code: 400, message } });

  expect(row?.error_message).not.toMatch(/user|secret/);
});

describe('a record that cannot be understood', () => {
  it.each([
    ['no id', { ...answered, request_id: '' }, /no request_id/],
    ['a time that is none', { ...answered, created: 'yesterday' }, /created is no time.*request a758d58d/],
    ['a day that is none', { ...answered, created: '2023-02-30T10:00:00Z' }, /created is no time/],
    ['null', null, /no request_id: a null/],
    ['a text', 'oops', /no request_id: a string/],
  ])('%s is left out, counted and shown', (_form, raw, example) => {
    const { row, found } = read(raw);

    expect(row).toBeUndefined();
    expect(found.rejected.get('requests')).toMatchObject({
      count: 1,
      example: expect.stringMatching(example),
    });
  });
});

it('names fields that it does not know, and keeps them out', () => {
  const { row, found } = read({ ...withDetails({ usd: 1, carbon: 3 }), region: 'eu' });

  expect(found.unknownFields.get('requests')).toEqual(['region', 'response.details.carbon']);
  expect(JSON.stringify(row)).not.toMatch(/carbon|region/);
});
