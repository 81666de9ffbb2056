import { describe, expect, it } from 'vitest';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../../connectors/deepgram/streams/usage.js';
import { rowsOf } from '../../../../connectors/testing/sample-records.js';
import { close, deliver, NOW, openAccount, partitionOf, request, SUPPORT, seen } from '../account.js';

const PARTITION = partitionOf(requests);

describe('a point that Datadog would drop without a word', () => {
  it.each([
    ['an hour old to the second', '2026-11-20T11:20:00.000000Z', {}, 1],
    ['older than an hour', '2026-11-20T11:19:00.000000Z', {}, 0],
    ['ten minutes ahead', '2026-11-20T12:30:00.000000Z', {}, 1],
    ['further ahead', '2026-11-20T12:31:00.000000Z', {}, 0],
    ['15 months old, with historical metrics', '2025-08-20T12:20:00.000000Z', { historical: true }, 1],
    ['older, with historical metrics', '2025-08-20T12:19:00.000000Z', { historical: true }, 0],
    ['ahead, with historical metrics', '2026-11-20T12:31:00.000000Z', { historical: true }, 0],
  ])('is judged by its age: %s', async (_age, createdAt, settings, kept) => {
    const { intake, open } = await openAccount(settings);

    const receipt = await deliver(await open(settings), PARTITION, [request(createdAt)]);

    expect(receipt.accepted).toBe(kept);
    expect(receipt.skipped.map(({ count }) => count)).toEqual(kept === 1 ? [] : [1]);
    expect(intake.payloads).toHaveLength(kept);
    expect(intake.query()).toHaveLength(kept);
  });

  it('is explained in the receipt, and the closing says what to switch on', async () => {
    const { open } = await openAccount();
    const sink = await open();
    const rows = [
      request('2026-11-20T09:00:00.000000Z', { cost_usd: 1 }),
      request('2026-11-20T09:00:01.000000Z'),
      request('2026-11-20T12:00:00.000000Z'),
    ];

    const receipt = await deliver(sink, PARTITION, rows);
    const report = await close(sink);

    expect(receipt).toMatchObject({
      accepted: 1,
      rejected: [],
      skipped: [
        {
          reason: expect.stringContaining('older than 1 hour'),
          count: 2,
          example: expect.stringContaining('deepgram.requests at 2026-11-20T09:00:00Z'),
        },
      ],
    });
    expect(report.facts).toMatchObject({ 'points skipped': 2 });
    expect(report.notes).toEqual([
      expect.stringMatching(/Historical Metrics Ingestion for the prefix `deepgram\.`.*`historical: true`/),
    ]);
  });

  it('is not called delivered either when it grew too old while Datadog held us back', async () => {
    const { intake, clock, open } = await openAccount();
    intake.faults.push({ status: 429, headers: { 'x-ratelimit-reset': '90' } });

    const receipt = await deliver(await open(), PARTITION, [
      request('2026-11-20T11:21:00.000000Z'),
      request('2026-11-20T12:00:00.000000Z'),
    ]);

    expect(clock.now()).toBe(NOW + 90_000);
    expect(receipt).toMatchObject({ accepted: 1, skipped: [{ count: 1 }] });
    expect(seen(intake, 'deepgram.requests')).toEqual([['2026-11-20T12:00:00Z', 1]]);
  });

  it('keeps its record from being called delivered, although the others of that record had arrived in time', async () => {
    const { intake, open } = await openAccount();
    // The payload is cut in two: one half is taken at once, the other after 90 seconds.
    intake.faults.push({ status: 413 }, undefined, { status: 429, headers: { 'x-ratelimit-reset': '90' } });

    const receipt = await deliver(await open(), PARTITION, [
      request('2026-11-20T11:21:00.000000Z', { cost_usd: 0.5 }),
    ]);

    expect(seen(intake, 'deepgram.requests')).toHaveLength(1);
    expect(seen(intake, 'deepgram.requests.cost')).toEqual([]);
    expect(receipt).toMatchObject({
      accepted: 0,
      rejected: [],
      skipped: [{ reason: expect.stringContaining('older than 1 hour'), count: 1 }],
    });
  });

  it('does not keep a run from having nothing to say when nothing was left out', async () => {
    const { open } = await openAccount();
    const sink = await open();

    await deliver(sink, PARTITION, [request('2026-11-20T12:00:00.000000Z')]);

    expect(await close(sink)).toMatchObject({ facts: { 'points skipped': 0 }, notes: [] });
  });
});

describe('the count of a day that is not over', () => {
  const day = '2026-11-20';
  const row = { ...rowsOf('usage', day)[0], date: day };

  it('is not sent just after midnight, when Datadog would keep it for ever', async () => {
    const { intake, clock, open } = await openAccount();
    clock.set(Date.parse('2026-11-20T00:30:00Z'));

    await deliver(await open(), partitionOf(usage, SUPPORT, day), [row]);

    expect(seen(intake, 'deepgram.usage.hours')).toEqual([]);
    expect(seen(intake, 'deepgram.usage.today.hours')).toHaveLength(1);
  });

  it('is sent where a later run can still restate it', async () => {
    const { intake, clock, open } = await openAccount({ historical: true });
    clock.set(Date.parse('2026-11-20T00:30:00Z'));

    await deliver(await open({ historical: true }), partitionOf(usage, SUPPORT, day), [row]);

    expect(seen(intake, 'deepgram.usage.hours')).toHaveLength(1);
  });
});
