import { afterEach, describe, expect, it } from 'vitest';
import {
  PLANTED_KEYTERM,
  PLANTED_PASSWORD,
} from '../../../../connectors/stand-ins/deepgram/account/requests/generated-request.js';
import { type StandIn, startStandIn } from '../../../../connectors/stand-ins/deepgram/stand-in.js';
import type { StandInOptions } from '../../../../connectors/stand-ins/deepgram/stand-in-options.js';
import { ask, askProject, type LogRecord, NOON, PROJECT, readAll } from './ask.js';

let standIn: StandIn;
afterEach(() => standIn.close());

async function start(options: StandInOptions = {}): Promise<void> {
  standIn = await startStandIn({ now: NOON, requestsPerDay: 500, ...options });
}

describe('the request log', () => {
  it('is the same for the same seed, and another one for another seed', async () => {
    const logs: unknown[] = [];
    for (const seed of [7, 7, 8]) {
      await start({ seed });
      logs.push(await readAll(standIn, 'start=2026-11-19&end=2026-11-19'));
      await standIn.close();
    }

    expect(logs[1]).toEqual(logs[0]);
    expect(logs[2]).not.toEqual(logs[0]);
  });

  it('gives each request of a day exactly once, newest first, when nothing moves', async () => {
    await start();

    const records = await readAll(standIn, 'start=2026-11-19&end=2026-11-19');

    const created = records.map((record) => record.created);
    expect(records).toHaveLength(500);
    expect(new Set(records.map((record) => record.request_id)).size).toBe(500);
    expect(new Set(created).size).toBeLessThan(500);
    expect(created.map((text) => text.slice(0, 19))).toEqual(
      created.map((text) => text.slice(0, 19)).sort((a, b) => (a < b ? 1 : -1)),
    );
    expect(created.every((text) => text.startsWith('2026-11-19T'))).toBe(true);
  });

  it('repeats requests when new ones arrive while an open range is paged', async () => {
    await start({ requestsPerDay: 200_000, clockStepMs: 2_000 });

    const records = await readAll(standIn, 'start=2026-11-20T11:59:00', 40);

    expect(new Set(records.map((record) => record.request_id)).size).toBeLessThan(records.length);
  });

  it('shifts pages of a fixed range too, while its last seconds are still being listed', async () => {
    await start({ requestsPerDay: 2_000_000, clockStepMs: 400 });

    const records = await readAll(standIn, 'start=2026-11-20T11:59:58&end=2026-11-20T11:59:59', 10);

    expect(new Set(records.map((record) => record.request_id)).size).toBeLessThan(records.length);
  });

  it('cuts a range where a look at every record would cut it', async () => {
    await start();
    const day = await readAll(standIn, 'start=2026-11-19&end=2026-11-19');
    const idsOf = (records: readonly LogRecord[]) => records.map((record) => record.request_id);

    for (const [from, to] of [
      ['2026-11-19T00:00:00', '2026-11-19T00:00:00'],
      ['2026-11-19T09:13:07', '2026-11-19T09:47:00'],
      ['2026-11-19T14:00:00', '2026-11-19T23:59:59'],
    ] as const) {
      const cut = await readAll(standIn, `start=${from}&end=${to}`);

      expect(idsOf(cut)).toEqual(idsOf(day.filter(({ created }) => created >= from && created <= `${to}Z`)));
    }
  });

  it('understands dates, times and times with an offset; a date as the end means all of that day', async () => {
    await start();
    const whole = await readAll(standIn, 'start=2026-11-18&end=2026-11-18');

    const byTime = await readAll(standIn, 'start=2026-11-18T00:00:00&end=2026-11-19T00:00:00');
    const byOffset = await readAll(
      standIn,
      'start=2026-11-18T01:00:00%2B01:00&end=2026-11-18T19:00:00-05:00',
    );

    expect(byTime).toEqual(whole);
    expect(byOffset).toEqual(whole);
  });

  it('crosses midnight from one day into the day before', async () => {
    await start();

    const records = await readAll(standIn, 'start=2026-11-17&end=2026-11-19', 300);

    expect(records).toHaveLength(1_500);
    expect(records.at(0)?.created.slice(0, 10)).toBe('2026-11-19');
    expect(records.at(-1)?.created.slice(0, 10)).toBe('2026-11-17');
  });

  it('forgets requests after the retention', async () => {
    await start({ retentionDays: 2 });

    const records = await readAll(standIn, 'start=2026-11-01');

    expect(records.length).toBeGreaterThan(900);
    expect(records.every(({ created }) => created >= '2026-11-18T12:00:00')).toBe(true);
  });

  it('answers deep pages of a day with ten million requests', async () => {
    await start({ requestsPerDay: 10_000_000 });

    const path = 'requests?start=2026-11-19&end=2026-11-19&limit=1000&page=9999';
    const { requests } = await askProject<{ requests: LogRecord[] }>(standIn, path);

    expect(requests).toHaveLength(1_000);
    expect(standIn.requestsOn(PROJECT, '2026-11-19')).toBe(10_000_000);
  });

  it('gives ten requests from page 0 unless told otherwise', async () => {
    await start();

    const answer = await askProject<{ page: number; limit: number; requests: LogRecord[] }>(
      standIn,
      'requests',
    );

    expect(answer).toMatchObject({ page: 0, limit: 10 });
    expect(answer.requests).toHaveLength(10);
  });

  it.each([
    ['status=failed', (record: LogRecord) => codeOf(record) >= 400],
    ['endpoint=speak', (record: LogRecord) => record.path.startsWith('/v1/speak')],
    ['method=streaming', (record: LogRecord) => record.response?.details?.method === 'streaming'],
  ])('filters by %s', async (filter, matches) => {
    await start({ forms: 'modern' });
    const day = 'start=2026-11-19&end=2026-11-19';
    const answered = (records: readonly LogRecord[]) => records.filter((record) => record.response !== null);

    const filtered = answered(await readAll(standIn, `${day}&${filter}`));

    expect(filtered.length).toBeGreaterThan(0);
    expect(filtered).toEqual(answered(await readAll(standIn, day)).filter(matches));
  });

  it('tells nobody what a request cost where the account has a contract', async () => {
    await start({ prices: false });

    const records = await readAll(standIn, 'start=2026-11-19&end=2026-11-19');

    const costs = new Set(records.map((record) => record.response?.details?.usd));
    expect(costs).toEqual(new Set([undefined, 0]));
  });

  it('filters by key, deployment and id, and gives one request by its id', async () => {
    await start();
    const day = await readAll(standIn, 'start=2026-11-19&end=2026-11-19');
    const [some] = day;
    if (some === undefined) throw new Error('The day is empty.');

    const byKey = await readAll(standIn, `start=2026-11-19&end=2026-11-19&accessor=${some.api_key_id}`);
    const byId = await readAll(standIn, `request_id=${some.request_id}`);
    const bySelf = await readAll(standIn, 'start=2026-11-19&end=2026-11-19&deployment=self-hosted');
    const { request } = await askProject<{ request: LogRecord }>(standIn, `requests/${some.request_id}`);
    const unknown = await ask(
      standIn,
      `/v1/projects/${PROJECT}/requests/3b5a2a66-0000-4000-8000-000000000000`,
    );

    expect(byKey).toEqual(day.filter((record) => record.api_key_id === some.api_key_id));
    expect(byId).toEqual([some]);
    expect(
      bySelf.every(
        (record) => JSON.stringify(record).includes('"deployment":"self-hosted"') || !record.response,
      ),
    ).toBe(true);
    expect(request).toEqual(some);
    expect(unknown.status).toBe(404);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=ten',
    'page=-1',
    'start=2026-02-30',
    'start=yesterday',
    'end=2026-11-20T25:00:00',
    'end=2026-11-20T10:00:00.000Z',
    'start=2026-11-20T00:00:00 01:00',
    'status=ok',
    'method=batch',
  ])('refuses %s', async (query) => {
    await start();

    const answer = await ask(standIn, `/v1/projects/${PROJECT}/requests?${query}`);

    expect(answer.status).toBe(400);
  });
});

describe('a record', () => {
  it('has no response at first, then no cost, then all of it', async () => {
    await start({ requestsPerDay: 20_000 });
    const query = 'start=2026-11-20T11:59:30&end=2026-11-20T11:59:50';
    const settledShare = async () => {
      const records = await readAll(standIn, query);
      const used = records.filter((record) => record.response?.details?.duration !== undefined);
      const priced = used.filter((record) => (record.response?.details?.usd ?? 0) > 0);
      return { all: records.length, used: used.length, priced: priced.length };
    };

    const atOnce = await settledShare();
    standIn.clock.advance(110_000);
    const soon = await settledShare();
    standIn.clock.advance(30 * 60_000);
    const later = await settledShare();

    expect(atOnce.used).toBeLessThan(later.used);
    expect(soon.used).toBeGreaterThan(soon.priced);
    expect(later.all).toBe(atOnce.all);
    expect(later.used).toBe(later.priced);
  });

  it('is listed up to five seconds after it was created', async () => {
    await start({ requestsPerDay: 200_000 });
    const query = 'start=2026-11-20T11:59:50&end=2026-11-20T12:00:00';

    const before = await readAll(standIn, query);
    standIn.clock.advance(5_001);
    const after = await readAll(standIn, query);

    expect(after.length).toBeGreaterThan(before.length);
    expect(new Set(after.map(({ request_id }) => request_id))).toEqual(
      new Set([...before, ...after].map(({ request_id }) => request_id)),
    );
  });

  it('is lost for good now and then', async () => {
    await start({ requestsPerDay: 3_000 });

    const records = await readAll(standIn, 'start=2026-10-01&end=2026-10-01', 1_000);

    const lost = records.filter((record) => record.response === null);
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(30);
  });

  it('comes in every form that was ever seen, and in one form when asked', async () => {
    await start({ requestsPerDay: 3_000 });
    const mixed = await readAll(standIn, 'start=2026-11-18&end=2026-11-18', 1_000);
    await standIn.close();
    await start({ requestsPerDay: 3_000, forms: 'modern' });
    const modern = await readAll(standIn, 'start=2026-11-18&end=2026-11-18', 1_000);

    const always = [
      'response is null',
      'callback is a URL',
      'callback is null',
      'code at the top',
      'deployment at the top',
      'models as an array',
      'config as an object',
    ];
    const old = [
      'code inside',
      'deployment inside',
      'models as text',
      'tags as ""',
      'features as ""',
      'config as ""',
      'speech_segments as ""',
      'callback is an object',
      'no project_uuid',
      'no accessor',
      'no details',
      'no channels',
      'no config',
    ];
    expect([...formsOf(mixed)].sort()).toEqual([...always, ...old].sort());
    expect([...formsOf(modern)].sort()).toEqual(always.sort());
    expect(mixed.some(({ response }) => /:\d\d\.\d{3}Z$/.test(response?.completed ?? ''))).toBe(true);
  });

  it('carries in its query what no export may repeat', async () => {
    await start();

    const records = await readAll(standIn, 'start=2026-11-18&end=2026-11-18');

    expect(records.some(({ path }) => path.includes(PLANTED_PASSWORD))).toBe(true);
    expect(records.some(({ path }) => path.includes(PLANTED_KEYTERM))).toBe(true);
    expect(records.some(({ callback }) => String(callback).includes(PLANTED_PASSWORD))).toBe(true);
  });

  it('takes 600 to 900 bytes on average', async () => {
    await start({ requestsPerDay: 1_000 });

    const records = await readAll(standIn, 'start=2026-11-18&end=2026-11-18', 1_000);

    const average = JSON.stringify(records).length / records.length;
    expect(average).toBeGreaterThan(600);
    expect(average).toBeLessThan(900);
  });
});

function codeOf(record: LogRecord): number {
  return record.code ?? record.response?.code ?? 0;
}

function formsOf(records: readonly LogRecord[]): Set<string> {
  const seen = new Set<string>();
  const see = (form: string, holds: boolean) => holds && seen.add(form);
  for (const record of records) {
    const { response, callback } = record;
    see('response is null', response === null);
    see('callback is null', callback === null);
    see('callback is a URL', typeof callback === 'string');
    see('callback is an object', typeof callback === 'object' && callback !== null);
    see('no project_uuid', !('project_uuid' in record));
    see('no accessor', !('accessor' in record));
    see('code at the top', 'code' in record);
    see('deployment at the top', 'deployment' in record);
    if (response === null) continue;
    see('code inside', 'code' in response);
    see('deployment inside', 'deployment' in response);
    see('no details', response.details === undefined);
    see('speech_segments as ""', response.tts_details?.speech_segments === '');
    const { details } = response;
    if (details === undefined) continue;
    see('models as an array', Array.isArray(details.models));
    see('models as text', typeof details.models === 'string');
    see('tags as ""', details.tags === '');
    see('features as ""', details.features === '');
    see('config as ""', details.config === '');
    see('config as an object', typeof details.config === 'object');
    see('no config', details.config === undefined);
    see('no channels', !('channels' in details));
  }
  return seen;
}
