import { createHash } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
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

/** 128 characters that look like chance and are the same in every run. */
function noise(seed: number): string {
  return createHash('sha512').update(String(seed)).digest('hex');
}
