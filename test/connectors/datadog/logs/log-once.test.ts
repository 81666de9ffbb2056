import { describe, expect, it } from 'vitest';
import { manyRequests, requestRow } from '../../../../connectors/testing/sample-records.js';
import type { Row } from '../../../../src/streams/field.js';
import { API_KEY, acceptedBy } from '../account.js';
import { openLogAccount, requestAged, storedNumbers } from './log-account.js';

const HOUR_MS = 3_600_000;

const numbersTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a request is one log', () => {
  it('once over runs, and when it is settled', async () => {
    const { intake, run } = await openLogAccount();
    const open = requestRow(3, '2026-11-20', { settled: false, cost_usd: 0 });
    await run([manyRequests(2), [open]]);

    const outcome = await run([manyRequests(4)]);

    expect(storedNumbers(intake)).toEqual([1, 2, 3, 4]);
    expect(outcome).toMatchObject({
      accepted: 2,
      skipped: [{ reason: 'already delivered', count: 2 }],
      in_doubt: 0,
      failure: null,
    });
  });

  it('once while a fifth of all calls goes wrong', async () => {
    const { intake, run } = await openLogAccount();
    const faults = [{ status: 429, headers: { 'x-ratelimit-reset': '2' } }, { status: 500 }, 'cut'] as const;
    for (let call = 0; call < 60; call += 1) {
      intake.faults.push(call % 5 === 2 ? faults[Math.floor(call / 5) % faults.length] : undefined);
    }

    const outcome = await run(cut(manyRequests(2_000), 50));
    const again = await run(cut(manyRequests(2_000), 70));

    expect(storedNumbers(intake)).toEqual(numbersTo(2_000));
    expect(outcome).toMatchObject({ accepted: 2_000, failure: null, facts: { 'calls tried again': 10 } });
    expect(again).toMatchObject({ accepted: 0, in_doubt: 0 });
  });

  it('once although a run failed between its batches', async () => {
    const { intake, run } = await openLogAccount();
    intake.faults.push(undefined, { status: 403 });
    const failed = await run(cut(manyRequests(30), 10));

    const outcome = await run(cut(manyRequests(30), 10));

    expect(failed).toMatchObject({ failed_partitions: 1, failure: { code: 'SINK_REFUSED' } });
    expect(storedNumbers(intake)).toEqual(numbersTo(30));
    expect(outcome).toMatchObject({ accepted: 20, skipped: [{ count: 10 }], in_doubt: 10 });
  });

  it('at least once where an answer is lost, and the run says how many calls were tried again', async () => {
    const { intake, run } = await openLogAccount();
    intake.faults.push('unanswered');

    const outcome = await run([manyRequests(3)]);

    expect(storedNumbers(intake)).toEqual([1, 2, 3, 1, 2, 3]);
    expect(outcome).toMatchObject({ accepted: 3, in_doubt: 3, facts: { 'calls tried again': 1 } });
    expect(outcome.notes.join()).toContain('count distinct ones');
  });

  it.each([
    ['a 503', { status: 503 }, 3],
    ['a 202 with an HTML page', { status: 202, body: '<html>' }, 3],
    ['a 408', { status: 408 }, 0],
    ['a 429', { status: 429 }, 0],
  ])('in doubt after %s', async (_what, fault, inDoubt) => {
    const { intake, run } = await openLogAccount();
    intake.faults.push(fault);

    const outcome = await run([manyRequests(3)]);

    expect(outcome).toMatchObject({ accepted: 3, in_doubt: inDoubt });
  });

  it('not sent again after it was refused or left out, and never said to be delivered', async () => {
    const { intake, run } = await openLogAccount();
    intake.refuses = { status: 400, is: (log) => JSON.stringify(log).includes('000000000002') };
    const rows = [...manyRequests(4), requestAged(20 * HOUR_MS, {}, 5)];
    const refused = await run([rows]);
    intake.refuses = undefined;

    const outcome = await run([rows]);

    expect(refused).toMatchObject({ accepted: 3, rejected: [{ count: 1 }], sends_once: true });
    expect(outcome).toMatchObject({ accepted: 0, rejected: [], failure: null, in_doubt: 0 });
    expect(outcome.skipped).toEqual([
      { reason: 'already delivered', count: 3 },
      { reason: 'refused or left out by an earlier run, and not tried again', count: 2 },
    ]);
    expect(storedNumbers(intake)).toEqual([1, 3, 4]);
  });
});

it('takes requests and nothing else', async () => {
  const { open } = await openLogAccount();

  expect(acceptedBy(await open())).toEqual(['requests']);
});

it('says what it sent, also where that is nothing', async () => {
  const { open } = await openLogAccount();
  const sink = await open({ api_key: API_KEY });
  const run = { records: 0, partitions: 0, failedPartitions: 0, calls: 0, retries: 0, elapsedMs: 0 };

  const report = await sink.finish?.(run, new AbortController().signal);

  expect(report).toEqual({
    facts: {
      'logs sent': 0,
      'of them as of their arrival': 0,
      payloads: 0,
      'bytes on the wire': 0,
      'calls tried again': 0,
    },
    notes: [],
  });
});

function cut(rows: readonly Row[], size: number): Row[][] {
  const batches: Row[][] = [];
  for (let at = 0; at < rows.length; at += size) batches.push(rows.slice(at, at + size));
  return batches;
}
