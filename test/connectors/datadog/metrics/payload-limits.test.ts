import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { createHttpClient } from '../../../../src/http/undici-client.js';
import { silentLog } from '../../../../src/log/log.js';
import { type Account, deliver, openAccount, openSink, partitionOf, request, seen } from '../account.js';

const PARTITION = partitionOf(requests);
const AT = '2026-11-20T11:40:00.000000Z';
const MANY = 9_000;
const ALL_SERIES = { max_series: 1_000_000 };

describe('payloads', () => {
  it.each([
    // Noise hardly shrinks, so the limit on the wire is met first; text that repeats meets the other one.
    ['bytes on the wire', { ...ALL_SERIES, dimensions: ['api_key'] }],
    [
      'bytes before compression',
      { ...ALL_SERIES, dimensions: ['api_key'], tags: ['a', 'b', 'c'].map((key) => key.repeat(190)) },
    ],
  ])(
    'are cut until they keep the limit of %s, before Datadog has to refuse one',
    async (_limit, settings) => {
      const account = await openAccount();
      const { sink, http } = await measuredSink(account, settings);
      const rows = Array.from({ length: MANY }, (_, i) => request(AT, { api_key_name: noise(i) }));

      const receipt = await deliver(sink, PARTITION, rows);

      const { payloads, query } = account.intake;
      expect(receipt.accepted).toBe(MANY);
      expect(query('deepgram.requests')).toHaveLength(MANY);
      expect(payloads.length).toBeGreaterThan(1);
      expect(http.stats.calls).toBe(payloads.length);
      for (const { wireBytes, rawBytes } of payloads) {
        expect(wireBytes).toBeLessThanOrEqual(512_000);
        expect(rawBytes).toBeLessThanOrEqual(5_242_880);
      }
    },
  );

  it('that Datadog finds too large are cut in halves: the series', async () => {
    const { intake, open } = await openAccount();
    intake.faults.push({ status: 413 }, { status: 413 });
    const rows = ['a', 'b', 'c', 'd'].map((model) => request(AT, { model }));

    const receipt = await deliver(await open(), PARTITION, rows);

    expect(receipt.accepted).toBe(4);
    expect(intake.payloads.map(({ series }) => series.length)).toEqual([1, 1, 2]);
  });

  it('and the points of a single series', async () => {
    const { intake, open } = await openAccount();
    intake.faults.push({ status: 413 });
    const rows = [
      request(AT),
      request('2026-11-20T11:41:00.000000Z'),
      request('2026-11-20T11:42:00.000000Z'),
    ];

    const receipt = await deliver(await open(), PARTITION, rows);

    expect(receipt.accepted).toBe(3);
    expect(intake.payloads.map(({ series }) => series[0]?.points.length)).toEqual([2, 1]);
    expect(seen(intake, 'deepgram.requests')).toHaveLength(3);
  });

  it('of one point that are too large all the same are rejected', async () => {
    const { intake, open } = await openAccount();
    intake.faults.push({ status: 413 });

    const receipt = await deliver(await open(), PARTITION, [request(AT)]);

    expect(receipt).toMatchObject({
      accepted: 0,
      rejected: [{ count: 1, reason: expect.stringMatching(/too large/) }],
    });
  });

  it('carry a long day in pieces, with every point once', async () => {
    const { intake, open } = await openAccount({ historical: true });
    const rows = Array.from({ length: 1_440 * 10 }, (_, i) =>
      request(new Date(Date.parse('2026-11-19T00:00:00Z') + i * 6_000).toISOString().replace('Z', '000Z'), {
        cost_usd: 0.5,
      }),
    );

    const receipt = await deliver(await open({ historical: true }), partitionOf(requests), rows);

    expect(receipt.accepted).toBe(rows.length);
    expect(intake.query('deepgram.requests')).toHaveLength(1_440);
    expect(intake.query('deepgram.requests.cost').reduce((sum, { value }) => sum + value, 0)).toBe(7_200);
  });
});

async function measuredSink({ intake, clock }: Account, settings: object) {
  const http = createHttpClient({ log: silentLog, clock, userAgent: 'test/1' });
  onTestFinished(() => http.close());
  return { sink: await openSink({ api_url: intake.url, ...settings }, clock, { http }), http };
}

/** 128 characters that look like chance and are the same in every run. */
function noise(seed: number): string {
  return createHash('sha512').update(String(seed)).digest('hex');
}
