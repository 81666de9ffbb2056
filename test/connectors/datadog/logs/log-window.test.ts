import { describe, expect, it } from 'vitest';
import { datadogLogsSettings } from '../../../../connectors/datadog/logs/logs-settings.js';
import { datadogLogsType } from '../../../../connectors/datadog/logs/logs-type.js';
import type { HttpClient } from '../../../../src/http/http-client.js';
import { API_KEY, close, deliver, NOW } from '../account.js';
import { openLogAccount, PARTITION, requestAged, storedLogs, storedNumbers } from './log-account.js';

const HOUR = 3_600_000;
/** Datadog's 18 hours without the time that a payload may be under way. */
const OLDEST = 18 * HOUR - 600_000;

describe('the time of a request', () => {
  it.each([
    ['now', 0],
    ['just within the 18 hours, with time left for the way', OLDEST],
    ['two hours ahead', -2 * HOUR],
  ])('is the time of its log: %s', async (_age, ms) => {
    const { intake, open } = await openLogAccount();

    const receipt = await deliver(await open(), PARTITION, [requestAged(ms)]);

    expect(receipt).toEqual({ accepted: 1, rejected: [], skipped: [] });
    expect(intake.logs).toMatchObject([{ at: new Date(NOW - ms).toISOString() }]);
  });

  it.each([
    ['a millisecond too old for the way', OLDEST + 1],
    ['older than 18 hours', 19 * HOUR],
  ])('that Datadog would drop leaves it out, and says so: %s', async (_age, ms) => {
    const { intake, open } = await openLogAccount();
    const sink = await open();
    const created = new Date(NOW - ms).toISOString().replace('Z', '000Z');

    const receipt = await deliver(sink, PARTITION, [requestAged(ms), requestAged(0)]);
    const report = await close(sink);

    expect(receipt).toMatchObject({
      accepted: 1,
      rejected: [],
      skipped: [
        {
          reason: expect.stringContaining('older than 18 hours'),
          count: 1,
          example: `request 00000000-0000-4000-8000-000000000001 of ${created}`,
        },
      ],
    });
    expect(intake.logPayloads).toHaveLength(1);
    expect(intake.logPayloads[0]?.logs).toHaveLength(1);
    expect(report.notes).toEqual([expect.stringMatching(/^Requests older than 18 hours.*`late: send`/)]);
  });

  it('that is too old is left to the arrival with `late: send`, and kept as an attribute', async () => {
    const { intake, open } = await openLogAccount();
    const sink = await open({ late: 'send' });

    const receipt = await deliver(sink, PARTITION, [requestAged(30 * HOUR)]);
    const report = await close(sink);

    expect(receipt).toEqual({ accepted: 1, rejected: [], skipped: [] });
    expect(intake.logs).toMatchObject([
      {
        at: new Date(NOW).toISOString(),
        log: { deepgram: { created_at: '2026-11-19T06:20:00.000000Z' } },
      },
    ]);
    expect(storedLogs(intake)[0]).not.toHaveProperty('timestamp');
    expect(report).toMatchObject({ facts: { 'of them as of their arrival': 1 }, notes: [] });
  });

  it('that lies further ahead than two hours is left to the arrival, since the clock is wrong', async () => {
    const { intake, open } = await openLogAccount();
    const sink = await open();

    const receipt = await deliver(sink, PARTITION, [requestAged(-2 * HOUR - 1)]);
    const report = await close(sink);

    expect(receipt.accepted).toBe(1);
    expect(intake.logs).toMatchObject([{ at: new Date(NOW).toISOString() }]);
    expect(report.notes).toEqual([expect.stringContaining('Check the clock.')]);
  });

  it('that became too old on the way is not called delivered', async () => {
    const { clock, open } = await openLogAccount();
    const slow: HttpClient = {
      stats: { calls: 0, retries: 0, waitedMs: 0, receivedBytes: 0 },
      send: async ({ parse }) => {
        clock.set(NOW + 600_001);
        return parse({ status: 202, headers: {}, body: Buffer.from('{}') });
      },
      close: async () => {},
    };
    const sink = await open({}, { http: slow });

    const receipt = await deliver(sink, PARTITION, [requestAged(OLDEST), requestAged(0)]);

    expect(receipt).toMatchObject({
      accepted: 1,
      skipped: [{ reason: expect.stringContaining('on its way'), count: 1 }],
    });
  });
});

describe('`late: send`, switched on later,', () => {
  it('goes for what has not been handled yet: nothing comes twice', async () => {
    const { intake, run } = await openLogAccount();
    const old = (index: number) => requestAged(30 * HOUR, {}, index);
    await run([[requestAged(0, {}, 1), old(2)]]);

    const outcome = await run([[requestAged(0, {}, 1), old(2), old(3)]], { late: 'send' });

    expect(storedNumbers(intake)).toEqual([1, 3]);
    expect(outcome).toMatchObject({
      accepted: 1,
      skipped: [
        { reason: 'already delivered', count: 1 },
        { reason: 'refused or left out by an earlier run, and not tried again', count: 1 },
      ],
    });
  });

  it.each([{ late: 'send' }, { only: 'errors' }, { sample: 0.5 }, { service: 'x' }, { tags: ['a:b'] }])(
    'is no other destination, nor is %j',
    (change) => {
      const destination = (settings: object) =>
        datadogLogsType.destination?.(datadogLogsSettings.parse({ api_key: API_KEY, ...settings }));

      expect(destination(change)).toBe('https://http-intake.logs.datadoghq.com');
      expect(destination({ ...change, site: 'datadoghq.eu' })).toBe('https://http-intake.logs.datadoghq.eu');
    },
  );
});
