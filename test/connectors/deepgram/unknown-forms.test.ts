import { afterEach, describe, expect, it } from 'vitest';
import type { StreamsChoice } from '../../../connectors/deepgram/streams/select-streams.js';
import { type StandIn, startStandIn } from '../../../connectors/stand-ins/deepgram/stand-in.js';
import { openSource, readAccount } from './read-account.js';
import { logged, unrulyLog } from './requests/unruly-log.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const DAYS = { since: '2026-11-19', until: '2026-11-20', now: NOW };
const NONE = { group_by: [] };
const byDay = { units: 'day', amount: 1 };

let account: StandIn | undefined;
afterEach(() => account?.close());

/** What is read of a stream where its endpoint answers this. */
async function reading(path: string, answer: object, streams: Partial<StreamsChoice>) {
  account = await startStandIn({
    now: NOW,
    projects: [{ id: 'p-1', name: 'Support' }],
    requestsPerDay: 1,
    answers: { [`/v1/projects/p-1${path && '/'}${path}`]: answer },
  });
  // The same answer for each day: one of them is enough.
  const days = streams.requests ? { ...DAYS, until: DAYS.since } : DAYS;
  const { sink, result } = await readAccount({ ...days, url: account.url, streams });
  const [name = ''] = result.streams.map((stream) => stream.name);
  const { rejected, unknownForms, unknownFields } = result.findings;
  return {
    rows: sink.rows(name),
    forms: [...(unknownForms.get(name) ?? [])].map(([field, { count, example }]) => [field, count, example]),
    unknownFields: unknownFields.get(name),
    rejected: rejected.get(name)?.count,
    failures: result.sourceFailures,
  };
}

/** The row of a request whose parts have these fields. */
async function request(parts: { details?: unknown; response?: object; record?: object }) {
  const { details = {}, response, record } = parts;
  const raw = {
    request_id: 'r-1',
    created: '2026-11-19T10:00:00Z',
    path: '/v1/listen',
    response: { code: 200, completed: '2026-11-19T10:00:01Z', details, ...response },
    ...record,
  };
  const { rows, ...found } = await reading('requests', { requests: [raw] }, { requests: {} });
  return { row: rows[0], ...found };
}

describe('a field of a request that is clear is read, in whatever form', () => {
  it.each<[string, object, object]>([
    ['one text for a list', { tags: 'prod' }, { tags: ['prod'] }],
    [
      'texts with spaces between them',
      { features: ' punctuate  diarize ' },
      { features: ['punctuate', 'diarize'] },
    ],
    ['a number in a list of texts', { tags: [7, 'x'] }, { tags: ['7', 'x'] }],
    ['models as objects', { models: [{ uuid: 'm-1' }, 'm-2'] }, { model_ids: ['m-1', 'm-2'] }],
    ['one model, as old clients have it', { model: 'general' }, { model: 'general', model_ids: ['general'] }],
    [
      'numbers as text',
      { usd: '4.3e-3', channels: '2', duration: ' 1.50 ' },
      { cost_usd: 0.0043, channels: 2, audio_seconds: 1.5 },
    ],
    ['a whole number with a point', { streams: '2.0' }, { streams: 2 }],
    ['a number for a text', { tier: 3 }, { tier: '3' }],
    [
      'nothing, in every form',
      { tags: '', features: null, config: [], models: '', usd: '', tier: ' ' },
      { tags: [], cost_usd: null },
    ],
  ])('%s', async (_form, details, expected) => {
    const { row, forms } = await request({ details });

    expect(row).toMatchObject(expected);
    expect(forms).toEqual([]);
  });

  it('an id that is a number', async () => {
    const { row, forms } = await request({ record: { request_id: 42, api_key_id: 7 } });

    expect(row).toMatchObject({ request_id: '42', api_key_id: '7' });
    expect(forms).toEqual([]);
  });
});

describe('a field of a request that is not clear is null, and counted by its name', () => {
  it.each<[string, object, object, string, string]>([
    ['hex', { usd: '0x10' }, { cost_usd: null }, 'usd', 'a text'],
    ['NaN', { duration: 'NaN' }, { audio_seconds: null }, 'duration', 'a text'],
    ['more than a number can be', { duration: '1e400' }, { audio_seconds: null }, 'duration', 'a text'],
    [
      'digits with something behind them',
      { total_audio: '12s' },
      { total_audio_seconds: null },
      'total_audio',
      'a text',
    ],
    ['a fraction of a channel', { channels: 1.5 }, { channels: null }, 'channels', 'a fraction'],
    ['more streams than can be counted', { streams: 1e300 }, { streams: null }, 'streams', 'a number'],
    ['true for a number', { usd: true }, { cost_usd: null }, 'usd', 'true or false'],
    ['a list for a text', { method: ['sync'] }, { method: null }, 'method', 'a list'],
    ['an object for a list', { tags: { a: 1 } }, { tags: null }, 'tags', 'an object'],
    ['a list in a list', { tags: [['a']] }, { tags: null }, 'tags', 'a list'],
    ['an object in a list, beside a text', { tags: [{ a: 1 }, 'x'] }, { tags: ['x'] }, 'tags', 'a list'],
    ['JSON in a text', { features: '["a"]' }, { features: null }, 'features', 'a text'],
    ['models of another form', { models: [{ id: 'm-1' }] }, { model_ids: null }, 'models', 'a list'],
    ['a text for the configuration', { config: 'language=en' }, { language: null }, 'config', 'a text'],
  ])('%s', async (_form, details, expected, field, example) => {
    const { row, forms } = await request({ details });

    expect(row).toMatchObject(expected);
    expect(forms).toEqual([[`response.details.${field}`, 1, example]]);
  });

  it.each<[string, Parameters<typeof request>[0], object, string]>([
    ['details', { details: 'none' }, { cost_usd: null }, 'response.details'],
    ['the response', { record: { response: 'none' } }, { status: 'unknown' }, 'response'],
    [
      'a day for a moment',
      { response: { completed: '2026-11-19' } },
      { completed_at: null, latency_ms: null },
      'response.completed',
    ],
    ['a code', { response: { code: '200 OK' } }, { code: null }, 'response.code'],
    ['the accessor', { record: { accessor: { id: 'k-1' } } }, { api_key_id: null }, 'accessor'],
    ['the callback', { record: { callback: 7 } }, { callback_code: null }, 'callback'],
    ['the path', { record: { path: ['/v1/listen'] } }, { path: null, endpoint: 'other' }, 'path'],
    [
      'tokens that are no list',
      { response: { token_details: { input: 1 } } },
      { tokens_in: null },
      'response.token_details',
    ],
    [
      'one of two numbers of characters',
      { response: { tts_details: { speech_segments: [{ characters: 5 }, { characters: 'six' }] } } },
      { tts_characters: null },
      'response.tts_details.speech_segments.characters',
    ],
  ])('%s', async (_form, parts, expected, field) => {
    const { row, forms } = await request(parts);

    expect(row).toMatchObject(expected);
    expect(forms).toEqual([[field, 1, expect.any(String)]]);
  });
});

describe('a record of which something is not understood counts once', () => {
  it('where a day of requests is read once more, because usage counts more of them', async () => {
    const at = Date.parse('2026-11-19T10:00:00Z');
    const response = { code: 200, completed: '2026-11-19T10:00:01Z', details: { usd: '0x10' } };
    const unreadable = { request_id: 'r-2', created: 'noon' };
    const server = await unrulyLog({
      log: [logged('r-1', at, { response }), unreadable, { ...unreadable, request_id: '' }],
      usage: { '2026-11-19': 9 },
      page: (log, { page }) => (page === 0 ? log : []),
    });

    const { result } = await readAccount({
      ...DAYS,
      until: DAYS.since,
      url: server.url,
      streams: { requests: {} },
    });

    expect(server.pages()).toBeGreaterThan(2);
    expect(result.findings.unknownForms.get('requests')?.get('response.details.usd')?.count).toBe(1);
    expect(result.findings.rejected.get('requests')?.count).toBe(2);
  });

  it('where one answer serves several readings', async () => {
    account = await startStandIn({
      now: NOW,
      projects: [{ id: 'p-1', name: 'Support' }],
      answers: { '/v1/projects/p-1/usage/breakdown': { results: [usageRow, { ...usageRow, grouping: 7 }] } },
    });

    const { result } = await readAccount({
      ...DAYS,
      since: '2026-09-01',
      url: account.url,
      streams: { usage: NONE },
    });

    expect(result.findings.unknownForms.get('usage')?.get('grouping')?.count).toBe(1);
  });
});

describe('what is asked for one by one', () => {
  it('the details of a key', async () => {
    const entry = { api_key: { api_key_id: 'k-1' } };
    const key = { api_key_id: 'k-1', expiration_date: '2027-01-01', tags: 7 };
    account = await startStandIn({
      now: NOW,
      projects: [{ id: 'p-1', name: 'Support' }],
      answers: {
        '/v1/projects/p-1/keys': { api_keys: [entry] },
        '/v1/projects/p-1/keys/k-1': { item: { member: { api_key: key } } },
      },
    });
    const streams = { api_keys: { include_emails: false, details: true } };

    const { result, sink } = await readAccount({ ...DAYS, url: account.url, streams });

    expect(sink.rows('api_keys')).toMatchObject([{ expires_at: '2027-01-01T00:00:00.000000Z', tags: null }]);
    expect(result.findings.unknownForms.get('api_keys')).toEqual(
      new Map([['api_key.tags', { count: 1, example: 'a number' }]]),
    );
  });

  it('the settings of a project', async () => {
    const { rows, forms } = await reading('', { mip_opt_out: 'no' }, { projects: {} });

    expect(rows).toMatchObject([{ mip_opt_out: null }]);
    expect(forms).toEqual([['mip_opt_out', 1, 'a text']]);
  });
});

it.each(['2026-11-19', '', null, 1_763_546_400, ['2026-11-19T10:00:00Z']])(
  'a request that was created at %j is left out and counted',
  async (created) => {
    const { rows, rejected, failures } = await reading(
      'requests',
      {
        requests: [
          { request_id: 'r-1', created },
          { request_id: 'r-2', created: '2026-11-19T10:00:00Z' },
        ],
      },
      { requests: {} },
    );

    expect(rows).toMatchObject([{ request_id: 'r-2' }]);
    expect(rejected).toBe(1);
    expect(failures).toEqual([]);
  },
);

const usageRow = { start: '2026-11-19', end: '2026-11-19', hours: 1, requests: 2 };

describe('fields of the other streams in an unknown form are counted, and unknown ones named', () => {
  it.each<[string, string, object, Partial<StreamsChoice>, readonly unknown[], readonly string[]]>([
    [
      'usage',
      'usage/breakdown',
      {
        resolution: byDay,
        results: [{ ...usageRow, end: 7, hours: '0x1', requests: 2.5, tokens: 'many', more: 1 }],
      },
      { usage: NONE },
      [
        ['end', 1, 'a number'],
        ['hours', 1, 'a text'],
        ['tokens', 1, 'a text'],
        ['requests', 1, 'a fraction'],
      ],
      ['more'],
    ],
    [
      'billing',
      'billing/breakdown',
      { resolution: byDay, results: [{ dollars: '$3', grouping: { start: '2026-11-19', more: 1 } }] },
      { billing: NONE },
      [['dollars', 1, 'a text']],
      ['grouping.more'],
    ],
    [
      'balances',
      'balances',
      { balances: [{ balance_id: 'b-1', amount: 'much', units: ['USD'], more: 1 }] },
      { balances: {} },
      [
        ['amount', 1, 'a text'],
        ['units', 1, 'a list'],
      ],
      ['more'],
    ],
    [
      'purchases',
      'purchases',
      { orders: [{ order_id: 'o-1', created: 'May', expiration: '2026-12-24', amount: 5, more: 1 }] },
      { purchases: {} },
      [['created', 1, 'a text']],
      ['more'],
    ],
    [
      'API keys',
      'keys',
      { api_keys: [{ member: 'me', api_key: { api_key_id: 'k-1', scopes: { a: 1 }, more: 1 }, other: 1 }] },
      { api_keys: { include_emails: false } },
      [
        ['member', 1, 'a text'],
        ['api_key.scopes', 1, 'an object'],
      ],
      ['api_key.more', 'other'],
    ],
    [
      'models',
      'models',
      { stt: [{ uuid: 'm-1', name: {}, languages: 'en de', more: 1 }] },
      { models: {} },
      [['name', 1, 'an object']],
      ['more'],
    ],
  ])('%s', async (_stream, path, answer, streams, expected, unknown) => {
    const { rows, forms, unknownFields, failures } = await reading(path, answer, streams);

    expect(rows).toHaveLength(1);
    expect(forms).toEqual(expected);
    expect(unknownFields).toEqual(unknown);
    expect(failures).toEqual([]);
  });

  it('projects, as they are listed', async () => {
    account = await startStandIn({
      now: NOW,
      answers: { '/v1/projects': { projects: [{ project_id: 5, name: ['a'], more: 1 }] } },
    });

    const { result } = await readAccount({ ...DAYS, url: account.url, streams: { projects: {} } });

    expect(result.projects).toEqual([{ id: '5', name: null }]);
    expect(result.findings.unknownForms.get('projects')?.get('name')).toEqual({
      count: 1,
      example: 'a list',
    });
    expect(result.findings.unknownFields.get('projects')).toEqual(['more']);
  });
});

it('a day is the first moment of it where that is what is meant', async () => {
  const answer = { orders: [{ order_id: 'o-1', created: '2026-02-28', expiration: '2026-02-30' }] };

  const { rows, forms } = await reading('purchases', answer, { purchases: {} });

  expect(rows).toMatchObject([{ created_at: '2026-02-28T00:00:00.000000Z', expires_at: null }]);
  expect(forms).toEqual([['expiration', 1, 'a text']]);
});

it('counts a field each time, and shows what it was at first', async () => {
  const orders = ['one', ['two'], 3].map((amount, at) => ({ order_id: `o-${at}`, amount }));

  const { forms } = await reading('purchases', { orders }, { purchases: {} });

  expect(forms).toEqual([['amount', 2, 'a text']]);
});

describe('a partition says how many of its records could not be understood', () => {
  it.each<[string, string, object, Partial<StreamsChoice>, readonly (readonly [string | null, number])[]]>([
    [
      'usage, each of its days, since theirs is not known',
      'usage/breakdown',
      { resolution: byDay, results: [usageRow, { hours: 1 }, 'x'] },
      { usage: NONE },
      [
        ['2026-11-19', 2],
        ['2026-11-20', 2],
      ],
    ],
    [
      'usage without any',
      'usage/breakdown',
      { resolution: byDay, results: [usageRow] },
      { usage: NONE },
      [
        ['2026-11-19', 0],
        ['2026-11-20', 0],
      ],
    ],
    [
      'balances',
      'balances',
      { balances: [{ balance_id: 'b-1' }, null] },
      { balances: {} },
      [['2026-11-20', 1]],
    ],
    ['purchases', 'purchases', { orders: [{ order_id: 'o-1' }, 7] }, { purchases: {} }, [[null, 1]]],
  ])('%s', async (_stream, path, answer, streams, expected) => {
    account = await startStandIn({
      now: NOW,
      projects: [{ id: 'p-1', name: 'Support' }],
      requestsPerDay: 1,
      answers: { [`/v1/projects/p-1/${path}`]: answer },
    });
    const opened = await openSource({ ...DAYS, url: account.url, streams });
    const signal = new AbortController().signal;
    const [project] = await opened.source.projects(signal);
    const [stream] = opened.streams;
    if (!project || !stream) throw new Error('there is no project or no stream');
    const days = stream.partitionedBy === 'day' ? ['2026-11-19', '2026-11-20'] : [];
    const [share] = opened.source.divide(stream, project, days);

    const counted: [string | null, number | undefined][] = [];
    for await (const part of opened.source.read({ stream, project, days: share?.days ?? [null] }, signal)) {
      for await (const _batch of part.batches);
      counted.push([part.day, part.unreadable?.()]);
    }
    await opened.source.close();

    expect(counted).toEqual(expected);
  });
});
