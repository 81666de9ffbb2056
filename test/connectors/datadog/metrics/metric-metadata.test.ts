import { describe, expect, it, vi } from 'vitest';
import { balances } from '../../../../connectors/deepgram/streams/account.js';
import { billing } from '../../../../connectors/deepgram/streams/billing.js';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { usageBy } from '../../../../connectors/deepgram/streams/usage.js';
import { ownContract, publishedContract, SETUP_MS } from '../../../contract/contract.js';
import { close, deliver, openAccount, partitionOf, request } from '../account.js';

const CONTRACTS = [ownContract('datadog-metrics'), publishedContract('datadog-v1-intake.openapi.json')];
const APP_KEY = 'an-app-key-of-somebody';
const AT = '2026-11-20T12:00:00.000000Z';
/** Of the run itself. */
const EXPORT_METRICS = 9;

// The first payload loads Datadog's client, in whichever test it is sent.
vi.setConfig({ testTimeout: SETUP_MS });

const open = async () => {
  const account = await openAccount({ appKey: APP_KEY });
  const run = async (settings: Readonly<Record<string, unknown>> = { app_key: APP_KEY }) => {
    const sink = await account.open(settings);
    await deliver(sink, partitionOf(requests), [request(AT, { cost_usd: 0.5, latency_ms: 12 })]);
    return close(sink);
  };
  return { ...account, run };
};

describe('units and descriptions', () => {
  it('are set for what was sent, in the words of the records', async () => {
    const { intake, run } = await open();

    const { facts, notes } = await run();

    expect(intake.metadata.of.get('deepgram.requests')).toEqual({
      description: 'Requests',
      unit: 'request',
    });
    expect(intake.metadata.of.get('deepgram.requests.cost')).toEqual({
      description:
        'Cost; filled in some time after the request, for projects and keys that Deepgram gives it to',
      unit: 'dollar',
    });
    expect(intake.metadata.of.get('deepgram.requests.latency.p95')).toEqual({
      description: 'From created to completed (p95)',
      unit: 'millisecond',
    });
    expect(intake.metadata.of.get('deepgram.export.duration')).toEqual({
      description: 'How long the export took',
      unit: 'second',
    });
    expect(intake.metadata.of.has('deepgram.requests.tokens_in')).toBe(false);
    expect(facts).toMatchObject({ 'metrics described': 7 + EXPORT_METRICS, 'metrics not known yet': 0 });
    expect(notes).toEqual([]);
  });

  it('are asked for once, however often a sink is told that a part of the run has ended', async () => {
    const { intake, open: openSink } = await open();
    const sink = await openSink({ app_key: APP_KEY });
    const { signal } = new AbortController();
    const soFar = {
      records: 1,
      partitions: 1,
      failedPartitions: 0,
      calls: 1,
      retries: 0,
      elapsedMs: 1,
      isPart: true,
    };
    await deliver(sink, partitionOf(requests), [request(AT, { cost_usd: 0.5, latency_ms: 12 })]);

    await Promise.all([sink.finish?.(soFar, signal), sink.finish?.(soFar, signal)]);
    const asked = [...intake.metadata.calls];
    const then = await sink.finish?.(soFar, signal);

    expect(new Set(asked).size).toBe(asked.length);
    expect(asked).toContain('PUT deepgram.requests');
    expect(intake.metadata.calls).toEqual(asked);
    expect(then?.facts).toMatchObject({ 'metrics described': asked.length / 2 });
  });

  it('are set for daily totals and balances', async () => {
    const { intake, open: openSink } = await open();
    const sink = await openSink({ app_key: APP_KEY, historical: true });
    await deliver(sink, partitionOf(billing), [{ date: '2026-11-20', cost_usd: 1 }]);
    await deliver(sink, partitionOf(usageBy('endpoint')), [{ date: '2026-11-20', tts_characters: 5 }]);
    await deliver(sink, partitionOf(balances), [
      { observed_at: AT, balance_id: 'b', amount: 9, units: 'usd' },
    ]);

    // The account keeps an hour only, so daily totals are not known there.
    const { facts } = await close(sink);

    expect(intake.metadata.of.get('deepgram.billing.today.cost')).toEqual({
      description: 'Cost of the day. The present day so far',
      unit: 'dollar',
    });
    expect(intake.metadata.of.get('deepgram.balance')).toEqual({
      description: 'What is left, in the units beside it',
      unit: 'dollar',
    });
    expect(facts).toMatchObject({ 'metrics described': 2 + EXPORT_METRICS, 'metrics not known yet': 2 });
  });

  it('have no unit where there are several', async () => {
    const { intake, open: openSink } = await open();
    const sink = await openSink({ app_key: APP_KEY });
    const balance = { observed_at: AT, amount: 9 };

    await deliver(sink, partitionOf(balances), [
      { ...balance, balance_id: 'a', units: 'usd' },
      { ...balance, balance_id: 'b', units: 'hour' },
      { ...balance, balance_id: 'c', units: 'usd' },
    ]);
    await close(sink);

    expect(Object.keys(intake.metadata.of.get('deepgram.balance') ?? {})).toEqual(['description']);
  });

  it('are only written where they differ, and what else is there is kept', async () => {
    const { intake, run } = await open();
    await run();
    const before = intake.metadata.calls.length;
    intake.metadata.set('deepgram.requests', {
      description: 'mine',
      short_name: 'Requests a minute',
      type: 'count',
      integration: 'someone',
    });

    const { facts } = await run();

    const calls = intake.metadata.calls.slice(before).filter((call) => call.startsWith('PUT'));
    expect(calls).toEqual(['PUT deepgram.requests']);
    expect(facts).toMatchObject({ 'metrics described': 1 });
    expect(intake.metadata.of.get('deepgram.requests')).toEqual({
      short_name: 'Requests a minute',
      type: 'count',
      description: 'Requests',
      unit: 'request',
    });
  });

  it('are left alone without an application key', async () => {
    const { intake, run } = await open();

    const { facts } = await run({});

    expect(intake.metadata.calls).toEqual([]);
    expect(Object.keys(facts)).not.toContain('metrics described');
  });
});

describe('a trouble with them', () => {
  it('is a note, and ends the asking: what was delivered stays delivered', async () => {
    const { intake, run } = await open();

    const { facts, notes } = await run({ app_key: 'an-app-key-of-nobody' });

    expect(facts).toMatchObject({ 'points sent': 7 + EXPORT_METRICS, 'metrics described': 0 });
    expect(notes).toEqual([
      expect.stringMatching(
        /^Units and descriptions could not all be set in Datadog.*Datadog refused to read about deepgram\..*metrics_read and metrics_metadata_write/,
      ),
    ]);
    expect(notes.join()).not.toContain('an-app-key-of-nobody');
    expect(intake.metadata.calls.length).toBeLessThanOrEqual(4);
  });

  it('leaves none out for good: each hour begins with another metric', async () => {
    const { intake, run, clock } = await open();
    const asked: (readonly string[])[] = [];

    for (const hour of [0, 1]) {
      clock.set(Date.parse('2026-11-20T12:20:00Z') + hour * 3_600_000);
      const seen = intake.metadata.calls.length;
      await run({ app_key: 'an-app-key-of-nobody', historical: true });
      asked.push(intake.metadata.calls.slice(seen).sort());
    }

    expect(asked[0]).toHaveLength(4);
    expect(asked[1]).toHaveLength(4);
    expect(asked[1]).not.toEqual(asked[0]);
  });
});

describe.each(CONTRACTS)('what is written and $name', ({ present, errorsOf }) => {
  it.runIf(present)('agree', async () => {
    const { intake, run } = await open();

    await run();

    expect(intake.metadata.of.size).toBe(7 + EXPORT_METRICS);
    for (const metadata of intake.metadata.of.values()) {
      expect(errorsOf('MetricMetadata', metadata)).toEqual([]);
    }
  });

  it.runIf(present)('would not agree about a misspelt name', () => {
    expect(errorsOf('MetricMetadata', { units: 'second' })).toEqual([
      ' must NOT have additional properties: units',
    ]);
  });
});
