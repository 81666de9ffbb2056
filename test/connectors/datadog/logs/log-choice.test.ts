import { describe, expect, it } from 'vitest';
import { datadogLogsSettings } from '../../../../connectors/datadog/logs/logs-settings.js';
import { manyRequests, requestRow } from '../../../../connectors/testing/sample-records.js';
import type { Row } from '../../../../src/streams/field.js';
import { API_KEY, deliver } from '../account.js';
import { openLogAccount, PARTITION, storedNumbers } from './log-account.js';

async function sent(rows: readonly Row[], settings: Readonly<Record<string, unknown>>) {
  const { intake, open } = await openLogAccount();
  const receipt = await deliver(await open(settings), PARTITION, rows);
  return { receipt, numbers: storedNumbers(intake) };
}

const failed = (index: number) => requestRow(index, '2026-11-20', { status: 'error', code: 500 });
const lost = (index: number) => requestRow(index, '2026-11-20', { status: 'lost', code: null });

describe('`only: errors`', () => {
  it('sends what failed and what was lost, and counts the others', async () => {
    const { receipt, numbers } = await sent([requestRow(1), failed(2), lost(3), requestRow(4)], {
      only: 'errors',
    });

    expect(numbers).toEqual([2, 3]);
    expect(receipt).toMatchObject({
      accepted: 2,
      skipped: [{ reason: 'no error (`only: errors`)', count: 2 }],
    });
  });
});

describe('`sample`', () => {
  it('sends about its share, and counts the others', async () => {
    const { receipt, numbers } = await sent(manyRequests(4_000), { sample: 0.1 });

    expect(numbers.length).toBeGreaterThan(340);
    expect(numbers.length).toBeLessThan(460);
    expect(receipt).toMatchObject({
      accepted: numbers.length,
      skipped: [{ reason: 'not in the sample (`sample: 0.1`)', count: 4_000 - numbers.length }],
    });
  });

  it('chooses by the id alone: the same ones whenever, wherever and in whatever company', async () => {
    const rows = manyRequests(200);
    const others = rows.map((row) => ({ ...row, created_at: '2026-11-20T12:00:00.000000Z', cost_usd: 9 }));

    const first = await sent(rows, { sample: 0.05 });
    const second = await sent([...others].reverse(), { sample: 0.05, service: 'other' });

    expect(first.numbers).toEqual([4, 23, 33, 37, 50, 57, 61, 64, 74, 84, 127, 145, 165, 168, 185, 191, 197]);
    expect([...second.numbers].reverse()).toEqual(first.numbers);
  });

  it('is part of a larger one', async () => {
    const small = await sent(manyRequests(300), { sample: 0.1 });

    const large = await sent(manyRequests(300), { sample: 0.4 });

    expect(large.numbers.length).toBeGreaterThan(small.numbers.length);
    expect(large.numbers).toEqual(expect.arrayContaining([...small.numbers]));
  });

  it('leaves out no request that failed or was lost', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? failed(index) : lost(index)));

    const { numbers } = await sent(rows, { sample: 0.000001 });

    expect(numbers).toHaveLength(50);
  });
});

it('a request that is not settled is left out, also where no state is kept', async () => {
  const { receipt, numbers } = await sent(
    [requestRow(1, '2026-11-20', { settled: false, cost_usd: 0 }), requestRow(2)],
    {},
  );

  expect(numbers).toEqual([2]);
  expect(receipt.skipped).toMatchObject([{ reason: 'not settled yet', count: 1 }]);
});

describe('settings that are refused', () => {
  it.each([
    ['a share of nothing', { sample: 0 }, 'sample: must be a number above 0, at most 1'],
    ['a share above all', { sample: 1.1 }, 'sample: must be a number above 0, at most 1'],
    ['a share in words', { sample: 'half' }, 'sample: must be a number above 0, at most 1'],
    [
      'a share of what is not sent',
      { sample: 0.5, only: 'errors' },
      'sample: is of successful requests, and `only: errors` sends none',
    ],
    ['only something else', { only: 'successes' }, 'only: must be errors, or left out'],
    ['late otherwise', { late: 'drop' }, 'late: must be skip or send'],
    ['a setting of the metrics', { historical: true }, expect.stringContaining('historical')],
  ])('%s', (_what, settings, mistake) => {
    const { error } = datadogLogsSettings.safeParse({ api_key: API_KEY, ...settings });

    expect(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([mistake]);
  });
});
