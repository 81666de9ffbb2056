import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { manyRequests } from '../../../../connectors/testing/sample-records.js';
import { failureOf } from '../../../../src/errors/export-error.js';
import { API_KEY, deliver, steppingClock } from '../account.js';
import { openLogAccount, openLogSink, PARTITION, storedNumbers } from './log-account.js';

const ROWS = manyRequests(2);

describe('a key that Datadog refuses', () => {
  it('ends the delivery, and names the key and the site as suspects', async () => {
    const { intake, open } = await openLogAccount();
    const sink = await open({ api_key: 'a-key-of-another-account', site: 'datadoghq.eu' });

    await expect(deliver(sink, PARTITION, ROWS)).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      kind: 'auth',
      status: 403,
      message: expect.stringContaining(intake.url),
      hint: expect.stringMatching(/`api_key`.*`site`, now datadoghq\.eu/),
    });
  });

  it('is found by a check, which leaves nothing behind', async () => {
    const { intake, open } = await openLogAccount();
    const wrong = await open({ api_key: 'a-key-of-another-account' });

    const refused = await wrong.check(new AbortController().signal);
    const passed = await (await open()).check(new AbortController().signal);

    expect(refused).toMatchObject({ ok: false, detail: expect.stringContaining('403') });
    expect(passed).toMatchObject({ ok: true });
    expect(intake.logPayloads).toEqual([]);
  });
});

describe('what Datadog says', () => {
  const malformed = {
    status: 400,
    body: { errors: [{ status: '400', title: 'Bad Request', detail: 'Malformed payload' }] },
  };

  it('with 400 is a rejection in its words, and the next payload is sent', async () => {
    const { intake, open } = await openLogAccount();
    intake.faults.push(malformed, malformed, malformed);
    const sink = await open();
    const writer = await sink.begin(PARTITION, new AbortController().signal);

    await writer.write(ROWS);
    await writer.write(manyRequests(3).slice(2));
    const receipt = await writer.commit();

    expect(receipt).toMatchObject({
      accepted: 1,
      rejected: [
        { count: 2, reason: expect.stringContaining('400 Bad Request: Bad Request: Malformed payload') },
      ],
    });
    expect(storedNumbers(intake)).toEqual([3]);
  });

  it.each([
    ['the same words twice', [{ title: 'Forbidden', detail: 'Forbidden' }], '401 Unauthorized: Forbidden'],
    ['several errors', [{ title: 'A' }, { detail: 'B' }], '401 Unauthorized: A; B'],
    ['a plain text', ['Forbidden'], '401 Unauthorized: Forbidden'],
    ['an object without words', [{ code: 7 }], '401 Unauthorized: {"code":7}'],
  ])('is readable: %s', async (_what, errors, said) => {
    const { intake, open } = await openLogAccount();
    intake.faults.push({ status: 401, body: { errors } });

    const error = await deliver(await open(), PARTITION, ROWS).catch((reason: Error) => reason.cause);

    expect(failureOf(error).message).toContain(`${said}.`);
  });

  it('with 429 is waited for as long as X-RateLimit-Reset says', async () => {
    const { intake, clock, open } = await openLogAccount();
    intake.faults.push({ status: 429, headers: { 'x-ratelimit-reset': '7' } });

    const receipt = await deliver(await open(), PARTITION, ROWS);

    expect(receipt.accepted).toBe(2);
    expect(clock.slept).toContain(7_000);
  });

  it.each([
    ['408', { status: 408 }],
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['a connection cut off', 'cut'],
    // Something on the way answers for it: nobody knows of the logs.
    ['200, which is no acknowledgement', { status: 200, body: {} }],
    ['202 and an HTML page', { status: 202, body: '<html>Welcome</html>' }],
  ] as const)('and is in trouble with %s: it is tried again', async (_trouble, fault) => {
    const { intake, open } = await openLogAccount();
    intake.faults.push(fault);

    const receipt = await deliver(await open(), PARTITION, ROWS);

    expect(receipt.accepted).toBe(2);
    expect(storedNumbers(intake)).toEqual([1, 2]);
  });

  it('with 202 and no body is believed: sent again, the logs would be there twice', async () => {
    const { open } = await openLogAccount();
    const tries: string[] = [];
    const http = {
      stats: { calls: 0, retries: 0, waitedMs: 0, receivedBytes: 0 },
      send: async <T>({ url, parse }: { url: string; parse: (answer: never) => T }): Promise<T> => {
        tries.push(url);
        const answer = { status: 202, headers: {}, body: Buffer.alloc(0) };
        return parse(answer as never);
      },
      close: async () => {},
    };

    const receipt = await deliver(await open({}, { http }), PARTITION, ROWS);

    expect(receipt.accepted).toBe(2);
    expect(tries).toHaveLength(1);
  });

  it('with 202 and an HTML page again and again is no acknowledgement', async () => {
    const { intake, run } = await openLogAccount();
    intake.lastingFault = { status: 202, body: '<html>Welcome</html>' };

    const outcome = await run([ROWS]);

    expect(outcome).toMatchObject({ accepted: 0, failed_partitions: 1, failure: { code: 'HTTP_BODY' } });
  });
});

it('a key that a server repeats is masked in errors and receipts', async () => {
  const { intake, open } = await openLogAccount();
  const echo = { errors: [{ title: `no such key ${API_KEY}`, detail: encodeURIComponent(API_KEY) }] };
  const echoed = { status: 400, body: echo };
  intake.faults.push(echoed, echoed, echoed, { status: 403, body: echo });
  const sink = await open();

  const receipt = await deliver(sink, PARTITION, ROWS);
  const error = await deliver(sink, PARTITION, ROWS).catch((reason: unknown) => reason);

  const said = inspect([receipt, error], { depth: 8, showHidden: true });
  expect(said).toContain('no such key [REDACTED]');
  expect(said).not.toContain(API_KEY);
});

it('a call that is under way ends with the signal', async () => {
  const { intake, open } = await openLogAccount();
  const stop = new AbortController();
  const writer = await (await open()).begin(PARTITION, stop.signal);
  intake.faults.push('hang');

  const ended = writer.write(ROWS).then(
    () => 'written',
    (error: { code: string }) => error.code,
  );
  await vi.waitFor(() => expect(intake.faults).toEqual([]), { timeout: 60_000 });
  stop.abort();

  expect(await ended).toBe('ABORTED');
});

it('the environment has no say: neither in the site nor in the key', async () => {
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
  const sink = await openLogSink({ site: 'datadoghq.eu' }, steppingClock(), { http });

  await expect(deliver(sink, PARTITION, ROWS)).rejects.toThrow('seen enough');

  vi.unstubAllEnvs();
  expect(calls).toMatchObject([{ url: 'https://http-intake.logs.datadoghq.eu/api/v2/logs', method: 'POST' }]);
  expect(JSON.stringify(calls)).not.toContain('from-the-environment');
  expect(JSON.stringify(calls)).toContain('[REDACTED]');
});
