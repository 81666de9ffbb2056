import { describe, expect, it, vi } from 'vitest';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { deliver, openAccount, openSink, partitionOf, request, steppingClock } from '../account.js';

const PARTITION = partitionOf(requests);
const ROWS = [request('2026-11-20T11:40:00.000000Z'), request('2026-11-20T11:41:00.000000Z')];

describe('a key that Datadog refuses', () => {
  it('ends the delivery, and names the key and the site as suspects', async () => {
    const { open } = await openAccount();
    const sink = await open({ api_key: 'a-key-of-another-account', site: 'datadoghq.eu' });

    await expect(deliver(sink, PARTITION, ROWS)).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      kind: 'auth',
      status: 403,
      hint: expect.stringMatching(/`api_key`.*`site`, now datadoghq\.eu/),
    });
  });

  it('is found by a check', async () => {
    const { intake, open } = await openAccount();
    const sink = await open({ api_key: 'a-key-of-another-account', site: 'us5.datadoghq.com' });

    const result = await sink.check(new AbortController().signal);

    expect(result).toMatchObject({
      ok: false,
      what: expect.stringContaining('us5.datadoghq.com'),
      detail: expect.stringContaining('403'),
      hint: expect.stringContaining('site'),
    });
    expect(intake.payloads).toEqual([]);
  });
});

describe('a check', () => {
  it('finds a good key, and leaves nothing behind', async () => {
    const { intake, open } = await openAccount();

    const result = await (await open()).check(new AbortController().signal);

    expect(result).toMatchObject({ ok: true, what: expect.stringContaining('datadoghq.com') });
    expect(intake.payloads).toEqual([]);
  });

  it('of a place where nobody answers says so', async () => {
    const { intake, clock } = await openAccount();
    const sink = await openSink({ api_url: intake.url }, clock);
    await intake.close();

    const result = await sink.check(new AbortController().signal);

    expect(result).toMatchObject({ ok: false, detail: expect.stringContaining('127.0.0.1') });
  });
});

describe('what Datadog says', () => {
  it('with 202 and errors is a rejection in its words', async () => {
    const { intake, open } = await openAccount();
    const blocked = { status: 202, body: { errors: ['metric deepgram.requests is blocked'] } };
    intake.faults.push(blocked, blocked, blocked);

    const receipt = await deliver(await open(), PARTITION, ROWS);

    expect(receipt).toMatchObject({
      accepted: 0,
      rejected: [{ count: 2, reason: expect.stringContaining('metric deepgram.requests is blocked') }],
    });
  });

  it('with 400 is a rejection too, and the next partition is sent', async () => {
    const { intake, open } = await openAccount();
    const sink = await open();
    const malformed = { status: 400, body: { errors: ['Payload is not in the expected format'] } };
    intake.faults.push(malformed, malformed, malformed);

    const refused = await deliver(sink, PARTITION, ROWS);
    const taken = await deliver(sink, PARTITION, ROWS);

    expect(refused.rejected).toMatchObject([
      { count: 2, reason: expect.stringContaining('Payload is not in the expected format') },
    ]);
    expect(taken.accepted).toBe(2);
  });

  it.each([400, 202] as const)(
    'with %i about one point is looked for in halves; all others arrive',
    async (status) => {
      const { intake, open } = await openAccount();
      const [metric, timestamp] = ['deepgram.requests.cost', Date.parse('2026-11-20T11:41:00Z') / 1_000];
      intake.refuses = {
        status,
        is: (series) =>
          series.metric === metric && JSON.stringify(series.points).includes(`"timestamp":${timestamp}`),
      };
      const rows = Array.from({ length: 30 }, (_, minute) =>
        request(`2026-11-20T11:${30 + minute}:00.000000Z`, { cost_usd: 0.5 }),
      );

      const receipt = await deliver(await open(), PARTITION, rows);

      expect(receipt).toMatchObject({
        accepted: 29,
        rejected: [
          {
            count: 1,
            reason: expect.stringContaining('Something in it is not accepted'),
            example: expect.stringMatching(
              /^deepgram\.requests\.cost at 2026-11-20T11:41:00Z \[.*endpoint:listen/,
            ),
          },
        ],
      });
      expect(intake.query('deepgram.requests')).toHaveLength(30);
      expect(intake.query(metric)).toHaveLength(29);
    },
  );

  it('with 429 is waited for as long as X-RateLimit-Reset says', async () => {
    const { intake, clock, open } = await openAccount();
    intake.faults.push({ status: 429, headers: { 'x-ratelimit-reset': '7' } });

    const receipt = await deliver(await open(), PARTITION, ROWS);

    expect(receipt.accepted).toBe(2);
    expect(clock.slept).toContain(7_000);
  });

  it.each([
    ['503', { status: 503 }],
    ['a connection cut off', 'cut'],
    ['202 and an HTML page', { status: 202, body: '<html>Welcome</html>' }],
    ['an answer that is no JSON', { status: 202, headers: { 'content-encoding': 'gzip' } }],
  ] as const)('and is in trouble with %s: it is tried again', async (_trouble, fault) => {
    const { intake, open } = await openAccount();
    intake.faults.push(fault);

    const receipt = await deliver(await open(), PARTITION, ROWS);

    expect(receipt.accepted).toBe(2);
    expect(intake.payloads).toHaveLength(1);
  });
});

describe('a call that is under way', () => {
  it('ends with the signal', async () => {
    const { intake, open } = await openAccount();
    const stop = new AbortController();
    const writer = await (await open()).begin(PARTITION, stop.signal);
    intake.faults.push('hang');
    await writer.write(ROWS);

    const ended = writer.commit().then(
      () => 'committed',
      (error: { code: string }) => error.code,
    );
    await vi.waitFor(() => expect(intake.faults).toEqual([]), { timeout: 60_000 });
    stop.abort();

    expect(await ended).toBe('ABORTED');
  });
});

describe('the environment', () => {
  it('has no say: neither in the site nor in the key', async () => {
    vi.stubEnv('DD_SITE', 'ap1.datadoghq.com');
    vi.stubEnv('DD_API_KEY', 'a-key-from-the-environment');
    vi.stubEnv('DD_APP_KEY', 'an-application-key-from-the-environment');
    const calls: object[] = [];
    const http = {
      stats: { calls: 0, retries: 0, waitedMs: 0, receivedBytes: 0 },
      send: async (call: object): Promise<never> => {
        calls.push(call);
        throw new Error('seen enough');
      },
      close: async () => {},
    };
    const sink = await openSink({ site: 'datadoghq.eu' }, steppingClock(), { http });

    await expect(deliver(sink, PARTITION, ROWS)).rejects.toThrow('seen enough');

    vi.unstubAllEnvs();
    expect(calls).toMatchObject([{ url: 'https://api.datadoghq.eu/api/v2/series', method: 'POST' }]);
    expect(JSON.stringify(calls)).not.toContain('from-the-environment');
    expect(JSON.stringify(calls)).toContain('[REDACTED]');
  });
});
