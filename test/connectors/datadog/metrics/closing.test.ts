import { describe, expect, it } from 'vitest';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { close, deliver, openAccount, partitionOf, request, seen } from '../account.js';

const AT = '2026-11-20T11:40:00.000000Z';
const NOW_S = Date.parse('2026-11-20T12:20:00Z') / 1_000;

describe('closing', () => {
  it('sends how the run went', async () => {
    const { intake, open } = await openAccount();
    const sink = await open({ tags: ['env:prod'] });

    await close(sink);

    expect(intake.query().map(({ metric, type, value }) => [metric, type, value])).toEqual([
      ['deepgram.export.calls', 1, 5],
      ['deepgram.export.duration', 3, 2.5],
      ['deepgram.export.failed_partitions', 1, 0],
      ['deepgram.export.partitions', 1, 3],
      ['deepgram.export.points_sent', 1, 0],
      ['deepgram.export.points_skipped', 1, 0],
      ['deepgram.export.records', 1, 12],
      ['deepgram.export.retries', 1, 1],
      ['deepgram.export.success', 3, 1],
    ]);
    for (const point of intake.query()) expect(point).toMatchObject({ timestamp: NOW_S, tags: ['env:prod'] });
  });

  it('says nothing of a success after a failed partition', async () => {
    const { intake, open } = await openAccount();

    await close(await open(), { failedPartitions: 2 });

    expect(seen(intake, 'deepgram.export.failed_partitions')).toEqual([['2026-11-20T12:20:00Z', 2]]);
    expect(intake.query('deepgram.export.success')).toEqual([]);
  });

  it('reports what was sent', async () => {
    const { intake, open } = await openAccount();
    const sink = await open();
    const rows = [request(AT), request('2026-11-20T11:41:00.000000Z'), request(AT, { model: 'nova-2' })];

    await deliver(sink, partitionOf(requests), rows);
    const report = await close(sink);

    expect(report).toEqual({
      facts: {
        'distinct series': 2 + 9,
        'points sent': 3 + 9,
        'points skipped': 0,
        payloads: 2,
        'bytes on the wire': intake.payloads.reduce((sum, { wireBytes }) => sum + wireBytes, 0),
      },
      notes: [],
    });
  });

  it('counts a series once, however often it is sent', async () => {
    const { open } = await openAccount();
    const sink = await open();

    await deliver(sink, partitionOf(requests), [request(AT)]);
    await deliver(sink, partitionOf(requests), [request(AT)]);

    expect((await close(sink)).facts).toMatchObject({ 'distinct series': 1 + 9, 'points sent': 2 + 9 });
  });

  it('warns of many series, and names the tag with the most values', async () => {
    const { open } = await openAccount();
    const sink = await open({ dimensions: ['project', 'status', 'api_key'], max_series: 20_000 });
    const rows = Array.from({ length: 1_001 }, (_, i) => request(AT, { api_key_name: `key ${i}` }));

    await deliver(sink, partitionOf(requests), rows);

    expect((await close(sink)).notes).toEqual([
      expect.stringMatching(/^1,010 distinct series.*`api_key` \(1,001\)/),
    ]);
  });

  it('sends nothing where it is only disposed of', async () => {
    const { intake, open } = await openAccount();
    const sink = await open();

    await sink.dispose?.();

    expect(intake.payloads).toEqual([]);
  });

  it('says so when the metrics about the run were refused', async () => {
    const { intake, open } = await openAccount();
    intake.lastingFault = { status: 400, body: { errors: ['not today'] } };

    expect((await close(await open())).notes).toEqual([expect.stringMatching(/about this run.*not today/)]);
  });
});
