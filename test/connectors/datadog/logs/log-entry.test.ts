import { describe, expect, it } from 'vitest';
import { type RequestRow, requests } from '../../../../connectors/deepgram/streams/requests.js';
import { requestRow } from '../../../../connectors/testing/sample-records.js';
import type { Field } from '../../../../src/streams/field.js';
import { deliver } from '../account.js';
import { openLogAccount, PARTITION, storedLogs } from './log-account.js';

/** The one log that a request becomes. */
async function logOf(changes: Partial<RequestRow>, settings = {}, partition = PARTITION) {
  const { intake, open } = await openLogAccount();
  await deliver(await open(settings), partition, [requestRow(1, '2026-11-20', changes)]);
  const [log] = storedLogs(intake);
  return log;
}

it('a request becomes a log that a person can read and a query can find', async () => {
  const log = await logOf({
    method: 'streaming',
    model: 'nova-3',
    model_ids: ['m1'],
    model_names: ['nova-3'],
    tags: ['ivr'],
    features: ['diarize'],
    audio_seconds: 31.4,
    total_audio_seconds: 62.8,
    latency_ms: 412.345,
  });

  expect(log).toEqual({
    message: 'listen streaming nova-3 200 in 412 ms, 31.4 s audio, $0.00225',
    ddsource: 'deepgram',
    service: 'deepgram',
    ddtags:
      'deployment:hosted,endpoint:listen,method:streaming,model:nova-3,' +
      'project:support_line,project_id:7c9a2f4e-0b1d-4d7c-9a53-2f6b8e1d0c11',
    status: 'info',
    timestamp: '2026-11-20T11:40:01.434Z',
    http: {
      request_id: '00000000-0000-4000-8000-000000000001',
      status_code: 200,
      url_details: { path: '/v1/listen' },
    },
    duration: 412_345_000,
    deepgram: {
      project_id: '7c9a2f4e-0b1d-4d7c-9a53-2f6b8e1d0c11',
      project_name: 'Support line',
      created_at: '2026-11-20T11:40:01.434302Z',
      date: '2026-11-20',
      completed_at: '2026-11-20T11:40:01.934302Z',
      status: 'success',
      settled: true,
      endpoint: 'listen',
      method: 'streaming',
      deployment: 'hosted',
      api_key_id: 'key-1',
      api_key_name: 'production',
      model: 'nova-3',
      model_ids: ['m1'],
      model_names: ['nova-3'],
      language: 'en',
      tier: 'nova-3',
      tags: ['ivr'],
      features: ['diarize'],
      audio_seconds: 31.4,
      total_audio_seconds: 62.8,
      channels: 1,
      streams: 1,
      cost_usd: 0.00225,
    },
  });
});

describe('the level of a log', () => {
  it.each([
    ['info', 'success', 200],
    ['warn', 'error', 400],
    ['warn', 'error', 499],
    ['error', 'error', 500],
    ['error', 'error', null],
    ['warn', 'lost', null],
  ] as const)('is %s for %s with %s', async (level, status, code) => {
    expect(await logOf({ status, code })).toMatchObject({ status: level });
  });
});

describe('the message', () => {
  const nothing = { model: null, audio_seconds: null, cost_usd: null, latency_ms: null } as const;

  it.each([
    ['what is not known is left out', { ...nothing, method: null }, 'listen 200'],
    ['a lost request', { ...nothing, status: 'lost', code: null }, 'listen sync lost'],
    [
      'the words of an error, on one line',
      { ...nothing, status: 'error', code: 400, error_message: 'Bad\r\n\u001b[31mRequest.' },
      'listen sync 400: Bad [31mRequest',
    ],
    [
      'characters that were spoken',
      { ...nothing, endpoint: 'speak', tts_characters: 12_000 },
      'speak sync 200, 12000 characters',
    ],
    ['a very small price', { ...nothing, cost_usd: 0.0000001 }, 'listen sync 200, $0.0000001'],
    ['nothing to pay', { ...nothing, cost_usd: 0 }, 'listen sync 200, $0'],
  ] as const)('says %s', async (_what, changes, message) => {
    expect(await logOf(changes)).toMatchObject({ message });
  });

  it('cuts long words of an error, which are whole in their attribute', async () => {
    const words = 'x'.repeat(5_000);

    const log = await logOf({ status: 'error', code: 400, error_message: words });

    expect(String(log?.message).length).toBeLessThan(400);
    expect(log).toMatchObject({ deepgram: { error_message: words } });
  });
});

describe('an attribute', () => {
  it('that has no value is not sent', async () => {
    const log = await logOf({ code: null, path: null, latency_ms: null, language: null, status: 'lost' });

    expect(log).not.toHaveProperty('duration');
    expect(log?.http).toEqual({ request_id: '00000000-0000-4000-8000-000000000001' });
    expect(log?.deepgram).not.toHaveProperty('language');
    expect(JSON.stringify(log)).not.toContain('null');
  });

  it('that is empty because there is no path is not sent either', async () => {
    expect((await logOf({ path: '' }))?.http).not.toHaveProperty('url_details');
  });

  it('with data about a person is not sent', async () => {
    const personal: Field = {
      name: 'language',
      type: 'string',
      role: 'dimension',
      description: '',
      personal: true,
    };
    const fields = requests.fields.map((field) => (field.name === 'language' ? personal : field));

    const log = await logOf({}, {}, { ...PARTITION, stream: { ...requests, fields } });

    expect(log?.deepgram).toMatchObject({ tier: 'nova-3' });
    expect(log?.deepgram).not.toHaveProperty('language');
  });

  it('of a field that is new is sent without more ado', async () => {
    const fields = [
      ...requests.fields,
      { name: 'region', type: 'string', role: 'dimension', description: '' } satisfies Field,
    ];
    const { intake, open } = await openLogAccount();

    await deliver(await open(), { ...PARTITION, stream: { ...requests, fields } }, [
      { ...requestRow(1), region: 'eu' },
    ]);

    expect(storedLogs(intake)).toMatchObject([{ deepgram: { region: 'eu' } }]);
  });
});

it('the service and the tags are the configured ones, tags in the form that Datadog stores', async () => {
  const log = await logOf({}, { service: 'speech', tags: ['Env:Prod', 'team:a,b'] });

  expect(log).toMatchObject({ service: 'speech', ddtags: expect.stringMatching(/env:prod.*team:a_b$/) });
});
