import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { manyRequests } from '../../../../connectors/testing/sample-records.js';
import { createHttpClient } from '../../../../src/http/undici-client.js';
import { silentLog } from '../../../../src/log/log.js';
import { close, deliver } from '../account.js';
import { openLogAccount, PARTITION, storedNumbers } from './log-account.js';

const sizes = (payloads: readonly { readonly logs: readonly unknown[] }[]) =>
  payloads.map(({ logs }) => logs.length);

it('payloads hold at most 1,000 logs, in their order', async () => {
  const { intake, open } = await openLogAccount();
  const sink = await open();

  const receipt = await deliver(sink, PARTITION, manyRequests(2_500));
  const report = await close(sink);

  expect(receipt).toEqual({ accepted: 2_500, rejected: [], skipped: [] });
  expect(sizes(intake.logPayloads)).toEqual([1_000, 1_000, 500]);
  expect(storedNumbers(intake)).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1));
  expect(report.facts).toMatchObject({
    'logs sent': 2_500,
    payloads: 3,
    'bytes on the wire': intake.logPayloads.reduce((sum, { wireBytes }) => sum + wireBytes, 0),
  });
});

it.each([
  ['shrink', (index: number) => String(index).repeat(4_000)],
  // Each character has three bytes, so counting characters would not do.
  ['have many bytes for few characters', () => '語'.repeat(3_000)],
  ['hardly shrink', (index: number) => noise(index).repeat(80)],
])(
  'payloads keep to 5,000,000 bytes before Datadog has to refuse one: logs that %s',
  async (_what, words) => {
    const { intake, clock, open } = await openLogAccount();
    const http = createHttpClient({ log: silentLog, clock, userAgent: 'test/1' });
    onTestFinished(() => http.close());
    const rows = manyRequests(1_000).map((row, index) => ({ ...row, error_message: words(index) }));

    const receipt = await deliver(await open({}, { http }), PARTITION, rows);

    expect(receipt.accepted).toBe(1_000);
    expect(storedNumbers(intake)).toHaveLength(1_000);
    expect(intake.logPayloads.length).toBeGreaterThan(1);
    expect(http.stats.calls).toBe(intake.logPayloads.length);
    for (const { rawBytes } of intake.logPayloads) expect(rawBytes).toBeLessThanOrEqual(5_000_000);
  },
);

it('a log of more than 1,000,000 bytes, which Datadog would cut off, is refused and the others are sent', async () => {
  const { intake, open } = await openLogAccount();
  const [first = {}, second = {}, third = {}] = manyRequests(3);
  const long = '語'.repeat(333_333);

  const receipt = await deliver(await open(), PARTITION, [first, { ...second, error_message: long }, third]);

  expect(receipt).toMatchObject({
    accepted: 2,
    rejected: [
      {
        reason: expect.stringContaining('more than 1,000,000 bytes'),
        count: 1,
        example: expect.stringContaining('000000000002'),
      },
    ],
  });
  expect(storedNumbers(intake)).toEqual([1, 3]);
});

it('what Datadog finds too large is cut in halves, down to a log that is refused', async () => {
  const { intake, open } = await openLogAccount();
  const tooLarge = { status: 413 };
  intake.faults.push(tooLarge, tooLarge, tooLarge);

  const receipt = await deliver(await open(), PARTITION, manyRequests(4));

  expect(receipt).toMatchObject({
    accepted: 3,
    rejected: [{ count: 1, reason: expect.stringContaining('too large for Datadog: 413') }],
  });
  expect(sizes(intake.logPayloads)).toEqual([1, 2]);
  expect(storedNumbers(intake)).toEqual([2, 3, 4]);
});

describe.each([400, 202] as const)('what Datadog refuses with %i', (status) => {
  const refusing = (...numbers: readonly number[]) => ({
    status,
    is: (log: object) => numbers.some((number) => JSON.stringify(log).includes(idOf(number))),
  });

  it('is looked for in halves, and named; the others arrive', async () => {
    const { intake, open } = await openLogAccount();
    intake.refuses = refusing(26, 27, 500);

    const receipt = await deliver(await open(), PARTITION, manyRequests(1_000));

    expect(receipt).toMatchObject({
      accepted: 997,
      rejected: [
        {
          count: 3,
          reason: expect.stringContaining('Something in it is not accepted'),
          example: expect.stringMatching(new RegExp(`^request \\S+${idOf(26)} of 2026-11-20T`)),
        },
      ],
    });
    expect(new Set(storedNumbers(intake))).toHaveLength(997);
  });

  it('is not looked through one by one where nothing is taken', async () => {
    const { intake, clock, open } = await openLogAccount();
    intake.refuses = { status, is: () => true };
    const http = createHttpClient({ log: silentLog, clock, userAgent: 'test/1' });
    onTestFinished(() => http.close());

    const receipt = await deliver(await open({}, { http }), PARTITION, manyRequests(1_000));

    expect(receipt).toMatchObject({ accepted: 0, rejected: [{ count: 1_000 }] });
    expect(http.stats.calls).toBeLessThan(130);
  });
});

it('of what a 202 with errors may have spared, what is sent again is in doubt', async () => {
  const { intake, run } = await openLogAccount();
  intake.refuses = { status: 202, is: (log) => JSON.stringify(log).includes(idOf(3)) };

  const outcome = await run([manyRequests(4)]);

  expect(outcome).toMatchObject({ accepted: 3, rejected: [{ count: 1 }], in_doubt: 3 });
});

/** As a sample request is called. */
function idOf(number: number): string {
  return String(number).padStart(12, '0');
}

/** 128 characters that look like chance and are the same in every run. */
function noise(seed: number): string {
  return createHash('sha512').update(String(seed)).digest('hex');
}
