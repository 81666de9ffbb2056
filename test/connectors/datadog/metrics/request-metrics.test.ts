import { describe, expect, it } from 'vitest';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { deliver, openAccount, partitionOf, request, SUPPORT, seen } from '../account.js';

const PARTITION = partitionOf(requests);

it('a request without a response is not counted before its outcome is known, and then once', async () => {
  const { intake, open } = await openAccount();
  const young = request('2026-11-20T11:40:00.000000Z', { status: 'pending', method: null, model: null });
  const done = request('2026-11-20T11:40:00.000000Z', { status: 'success', method: 'sync', model: 'nova-3' });

  const first = await deliver(await open(), PARTITION, [young]);
  await deliver(await open(), PARTITION, [done]);

  expect(first).toMatchObject({
    accepted: 0,
    skipped: [{ reason: 'no response yet: counted when the outcome is known', count: 1 }],
  });
  expect(seen(intake, 'deepgram.requests').map(([, value]) => value)).toEqual([1]);
});

describe('requests become points', () => {
  it('one a minute and tag set, with a sum for every measure', async () => {
    const { intake, open } = await openAccount();
    const rows = [
      request('2026-11-20T11:40:00.000000Z', { audio_seconds: 10, cost_usd: 0.25, tokens_in: 3 }),
      request('2026-11-20T11:40:59.999999Z', { audio_seconds: 5.5, cost_usd: 0.5, tokens_out: 4 }),
      request('2026-11-20T11:41:00.000000Z', { tts_characters: 120 }),
    ];

    const receipt = await deliver(await open(), PARTITION, rows);

    expect(receipt).toEqual({ accepted: 3, rejected: [], skipped: [] });
    expect(intake.query().map(({ metric, timestamp, value }) => [metric, timestamp % 3_600, value])).toEqual([
      ['deepgram.requests', 2_400, 2],
      ['deepgram.requests', 2_460, 1],
      ['deepgram.requests.audio', 2_400, 15.5],
      ['deepgram.requests.cost', 2_400, 0.75],
      ['deepgram.requests.tokens_in', 2_400, 3],
      ['deepgram.requests.tokens_out', 2_400, 4],
      ['deepgram.requests.tts_characters', 2_460, 120],
    ]);
  });

  it('of the documented type, interval and unit', async () => {
    const { intake, open } = await openAccount();
    const row = request('2026-11-20T11:40:00.000000Z', {
      audio_seconds: 1,
      cost_usd: 1,
      tokens_in: 1,
      tokens_out: 1,
      tts_characters: 1,
      latency_ms: 1,
    });

    await deliver(await open({ interval: '5m' }), PARTITION, [row]);

    expect(intake.query().map(({ metric, type, interval, unit }) => [metric, type, interval, unit])).toEqual([
      ['deepgram.requests', 1, 300, 'request'],
      ['deepgram.requests.audio', 1, 300, 'second'],
      ['deepgram.requests.cost', 1, 300, 'dollar'],
      ['deepgram.requests.latency.avg', 3, undefined, 'millisecond'],
      ['deepgram.requests.latency.max', 3, undefined, 'millisecond'],
      ['deepgram.requests.latency.p50', 3, undefined, 'millisecond'],
      ['deepgram.requests.latency.p95', 3, undefined, 'millisecond'],
      ['deepgram.requests.latency.p99', 3, undefined, 'millisecond'],
      ['deepgram.requests.tokens_in', 1, 300, 'token'],
      ['deepgram.requests.tokens_out', 1, 300, 'token'],
      ['deepgram.requests.tts_characters', 1, 300, undefined],
    ]);
  });

  it('of latency, whose percentiles are values that occurred', async () => {
    const { intake, open } = await openAccount();
    const rows = Array.from({ length: 100 }, (_, i) =>
      request('2026-11-20T11:40:10.000000Z', { latency_ms: ((i * 37) % 100) + 1 }),
    );

    await deliver(await open(), PARTITION, rows);

    const values = intake
      .query()
      .filter(({ metric }) => metric.includes('latency'))
      .map(({ metric, value }) => [metric.split('.').at(-1), value]);
    expect(Object.fromEntries(values)).toEqual({ avg: 50.5, p50: 50, p95: 95, p99: 99, max: 100 });
  });

  it('of latency for each minute by itself', async () => {
    const { intake, open } = await openAccount();
    const rows = [
      request('2026-11-20T11:40:10.000000Z', { latency_ms: 900 }),
      request('2026-11-20T11:41:10.000000Z', { latency_ms: 100 }),
      request('2026-11-20T11:42:10.000000Z'),
    ];

    await deliver(await open(), PARTITION, rows);

    expect(seen(intake, 'deepgram.requests.latency.max')).toEqual([
      ['2026-11-20T11:40:00Z', 900],
      ['2026-11-20T11:41:00Z', 100],
    ]);
  });

  it('of a late request too, but for its latency', async () => {
    const { intake, open } = await openAccount();
    const rows = [
      request('2026-11-20T11:40:10.000000Z', { latency_ms: 900 }),
      request('2026-11-20T11:41:10.000000Z', { latency_ms: 100 }),
      request('2026-11-20T11:40:20.000000Z', { latency_ms: 5_000 }),
    ];

    const receipt = await deliver(await open(), PARTITION, rows);

    expect(receipt.accepted).toBe(3);
    expect(seen(intake, 'deepgram.requests')[0]).toEqual(['2026-11-20T11:40:00Z', 2]);
    expect(seen(intake, 'deepgram.requests.latency.max')[0]).toEqual(['2026-11-20T11:40:00Z', 900]);
  });

  it('without NaN and infinities, which count as unknown', async () => {
    const { intake, open } = await openAccount();
    const rows = [
      request('2026-11-20T11:40:00.000000Z', { cost_usd: Number.NaN, latency_ms: Number.POSITIVE_INFINITY }),
      request('2026-11-20T11:40:01.000000Z', { audio_seconds: Number.NaN }),
      request('2026-11-20T11:40:02.000000Z', { audio_seconds: 0 }),
    ];

    const receipt = await deliver(await open(), PARTITION, rows);

    expect(receipt.accepted).toBe(3);
    expect(intake.query().map(({ metric, value }) => [metric, value])).toEqual([
      ['deepgram.requests', 3],
      ['deepgram.requests.audio', 0],
    ]);
  });

  it('under the prefix and with the tags that are configured', async () => {
    const { intake, open } = await openAccount();
    const sink = await open({ prefix: 'acme.speech', tags: ['Env:Prod', 'team:voice'] });

    await deliver(sink, PARTITION, [request('2026-11-20T11:40:00.000000Z')]);

    expect(seen(intake, 'acme.speech.requests', ['env:prod', 'team:voice'])).toHaveLength(1);
  });
});

describe('the tags of a request', () => {
  it('are its project and the default dimensions', async () => {
    const { intake, open } = await openAccount();

    await deliver(await open(), PARTITION, [request('2026-11-20T11:40:00.000000Z', { model: null })]);

    expect(intake.query('deepgram.requests')[0]?.tags).toEqual([
      'deployment:hosted',
      'endpoint:listen',
      'method:sync',
      'model:none',
      'project:support_line',
      'project_id:p1',
      'status:success',
    ]);
  });

  it('are the chosen dimensions, and the id of the project in any case', async () => {
    const { intake, open } = await openAccount();
    const sink = await open({ dimensions: ['api_key', 'request_tags'] });
    const at = '2026-11-20T11:40:00.000000Z';

    await deliver(sink, PARTITION, [
      request(at, { api_key_id: 'k1', api_key_name: 'Production', tags: ['ivr', 'EU'] }),
      request(at, { api_key_id: 'k2' }),
    ]);

    expect(intake.query('deepgram.requests').map(({ tags }) => tags)).toEqual([
      ['api_key:k2', 'project_id:p1', 'request_tags:none'],
      ['api_key:production', 'project_id:p1', 'request_tags:eu', 'request_tags:ivr'],
    ]);
  });

  it('name a model without a readable name by its ids', async () => {
    const { intake, open } = await openAccount();
    const at = '2026-11-20T11:40:00.000000Z';
    const rows = ['m1', 'm2'].map((id) => request(at, { model: null, model_ids: [id] }));

    await deliver(await open(), PARTITION, rows);

    expect(seen(intake, 'deepgram.requests', ['model:m1'])).toHaveLength(1);
    expect(seen(intake, 'deepgram.requests', ['model:m2'])).toHaveLength(1);
  });

  it('that become the same are added up, not overwritten', async () => {
    const { intake, open } = await openAccount();
    const at = '2026-11-20T11:40:00.000000Z';

    await deliver(await open(), PARTITION, [
      request(at, { model: 'Nova 3', latency_ms: 10 }),
      request(at, { model: 'nova_3', latency_ms: 30 }),
    ]);

    expect(seen(intake, 'deepgram.requests', ['model:nova_3'])).toEqual([['2026-11-20T11:40:00Z', 2]]);
    expect(seen(intake, 'deepgram.requests.latency.avg')).toEqual([['2026-11-20T11:40:00Z', 20]]);
  });

  it.each([[['project', 'status']], [['status']]])(
    'keep two projects of one name apart with dimensions %j',
    async (dimensions) => {
      const { intake, open } = await openAccount();
      const sink = await open({ dimensions });
      const rows = [request('2026-11-20T11:40:00.000000Z')];

      await deliver(sink, partitionOf(requests, SUPPORT), rows);
      await deliver(sink, partitionOf(requests, { id: 'p2', name: 'support LINE' }), [...rows, ...rows]);

      expect(seen(intake, 'deepgram.requests', ['project_id:p1'])).toEqual([['2026-11-20T11:40:00Z', 1]]);
      expect(seen(intake, 'deepgram.requests', ['project_id:p2'])).toEqual([['2026-11-20T11:40:00Z', 2]]);
    },
  );

  it('name a project without a name by its id', async () => {
    const { intake, open } = await openAccount();

    await deliver(await open(), partitionOf(requests, { id: 'p9', name: null }), [
      request('2026-11-20T11:40:00.000000Z'),
    ]);

    expect(seen(intake, 'deepgram.requests', ['project:p9', 'project_id:p9'])).toHaveLength(1);
  });
});

describe('a partition', () => {
  it('that is delivered again leaves the same points', async () => {
    const { intake, open } = await openAccount();
    const rows = [
      request('2026-11-20T11:40:00.000000Z', { cost_usd: 0.1, latency_ms: 7 }),
      request('2026-11-20T11:45:00.000000Z', { cost_usd: 0.2 }),
    ];

    await deliver(await open(), PARTITION, rows);
    const once = intake.query();
    await deliver(await open(), PARTITION, rows);

    expect(intake.query()).toEqual(once);
    expect(intake.payloads).toHaveLength(2);
  });

  it('that is aborted sends nothing', async () => {
    const { intake, open } = await openAccount();
    const sink = await open();
    const writer = await sink.begin(PARTITION, new AbortController().signal);
    await writer.write([request('2026-11-20T11:40:00.000000Z')]);

    await writer.abort({ code: 'BUG', kind: 'bug', message: 'the source failed' });

    expect(intake.payloads).toEqual([]);
  });
});
