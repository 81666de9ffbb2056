import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requests } from '../../connectors/deepgram/streams/requests.js';
import { requestRow } from '../../connectors/testing/sample-records.js';
import type { Receipt, Sink } from '../../src/catalogue/sink.js';
import { fileStore } from '../../src/checkpoints/file/file-store.js';
import { RunCheckpoints } from '../../src/checkpoints/run-checkpoints.js';
import { run } from '../../src/deliver/run.js';
import { SinkLane } from '../../src/deliver/sink-lane.js';
import { silentLog } from '../../src/log/log.js';
import type { Row } from '../../src/streams/field.js';
import { systemClock } from '../../src/time/clock.js';
import { fakeSource } from './fake-source.js';

const DAY = '2026-11-15';

let folder: string;
let received: string[];
/** What becomes of a batch that has arrived. */
let afterArrival: () => void;
let refused: Receipt['rejected'];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'append-'));
  received = [];
  afterArrival = () => {};
  refused = [];
});
afterEach(() => rm(folder, { recursive: true }));

/** A log that takes what it is given, as often as it is given. */
function logSink(): Sink {
  return {
    name: 'log',
    capabilities: { delivery: 'append', accepts: ({ name }) => name === 'requests' },
    check: async () => ({ what: 'log', ok: true, detail: '' }),
    begin: async () => {
      let accepted = 0;
      return {
        write: async (batch) => {
          received.push(...batch.map((row) => String(row.request_id)));
          afterArrival();
          if (refused.length > 0) return batch;
          accepted += batch.length;
          return [];
        },
        commit: async () => ({ accepted, rejected: refused, skipped: [] }),
        abort: async () => {},
      };
    },
  };
}

async function runAt(
  now: string,
  rows: readonly Row[],
  options: {
    readonly lookbackDays?: number;
    readonly fullRefresh?: boolean;
    /** What the day gives when it is read once more, as its source then wants it to be. */
    readonly again?: () => readonly Row[];
  } = {},
) {
  const nowMs = Date.parse(now);
  const store = fileStore(join(folder, 'state.json'), { source: 'fake' });
  const clock = { ...systemClock, now: () => nowMs };
  const checkpoints = await RunCheckpoints.load({
    store,
    source: 'fake',
    clock,
    log: silentLog,
    nowMs,
    lookbackMs: (options.lookbackDays ?? 3) * 86_400_000,
    destinations: new Map([['log', 'log']]),
    fullRefresh: options.fullRefresh ?? false,
    lock: { assertHeld: async () => {} },
  });
  const { again } = options;
  const source = fakeSource({
    batches: async function* () {
      yield rows;
    },
    ...(again && {
      again: async function* () {
        yield again();
      },
    }),
  });
  const result = await run({
    source,
    lanes: [
      new SinkLane({
        sink: logSink(),
        type: 'log',
        required: true,
        deadlineMs: 60_000,
        log: silentLog,
        journal: store.journal,
      }),
    ],
    streams: [requests],
    window: { since: DAY, until: DAY, now: nowMs },
    checkpoints,
    clock,
    log: silentLog,
    signal: new AbortController().signal,
  });
  await checkpoints.flush();
  return { outcome: result.sinks[0], opened: source.opened };
}

const settled = (index: number) => requestRow(index, DAY);
const unsettled = (index: number) => requestRow(index, DAY, { settled: false, cost_usd: 0 });

it('gets each record once over runs, and only when it is settled', async () => {
  await runAt('2026-11-15T12:00:00Z', [settled(1), unsettled(2)]);
  await runAt('2026-11-15T13:00:00Z', [settled(1), settled(2), unsettled(3)]);

  const { outcome } = await runAt('2026-11-16T12:00:00Z', [settled(1), settled(2), settled(3)]);

  expect(received.map((id) => id.slice(-1))).toEqual(['1', '2', '3']);
  expect(outcome).toMatchObject({
    accepted: 1,
    skipped: [{ reason: 'already delivered', count: 2 }],
    failure: null,
  });
});

it('keeps its checkpoints only as long as the day is open, and never gets a closed day again', async () => {
  await runAt('2026-11-15T12:00:00Z', [settled(1)]);
  const kept = await readdir(join(folder, 'state.json.delivered'), { recursive: true });
  await runAt('2026-11-20T12:00:00Z', [settled(1)]);

  const grown = await runAt('2026-11-20T13:00:00Z', [settled(1)], { lookbackDays: 30 });
  const refreshed = await runAt('2026-11-20T14:00:00Z', [settled(1)], { fullRefresh: true });

  expect(kept.some((name) => name.endsWith('delivered.ids'))).toBe(true);
  const left = await readdir(join(folder, 'state.json.delivered'), { recursive: true });
  expect(left.filter((name) => name.endsWith('delivered.ids'))).toEqual([]);
  expect([...grown.opened, ...refreshed.opened]).toEqual([]);
  expect(received).toHaveLength(1);
});

it('tells of how many records nobody knows whether they had arrived', async () => {
  afterArrival = () => {
    throw new Error('the answer was lost');
  };
  const failed = await runAt('2026-11-15T12:00:00Z', [settled(1), settled(2)]);
  afterArrival = () => {};

  const { outcome } = await runAt('2026-11-15T13:00:00Z', [settled(1), settled(2)]);

  expect(failed.outcome).toMatchObject({ in_doubt: 0, sends_once: true });
  expect(outcome).toMatchObject({ accepted: 2, in_doubt: 2, failure: null });
});

it('gets a record that it refused no second time: the run that met it fails, and the next one is whole', async () => {
  refused = [{ reason: 'too long', count: 1 }];
  const first = await runAt('2026-11-15T12:00:00Z', [settled(1)]);
  refused = [];

  const second = await runAt('2026-11-15T13:00:00Z', [settled(1)]);

  expect(first.outcome).toMatchObject({ failure: { code: 'SINK_REFUSED' } });
  expect(second.outcome).toMatchObject({
    accepted: 0,
    skipped: [{ reason: 'refused or left out by an earlier run, and not tried again', count: 1 }],
    failure: null,
  });
  expect(received).toHaveLength(1);
});

describe('a day that is read once more within a run', () => {
  it('counts what came with the first reading once, as accepted', async () => {
    const { outcome } = await runAt('2026-11-15T12:00:00Z', [settled(1), unsettled(2)], {
      again: () => [settled(1), settled(2), unsettled(3)],
    });

    expect(received.map((id) => id.slice(-1))).toEqual(['1', '2']);
    expect(outcome).toMatchObject({
      accepted: 2,
      skipped: [{ reason: 'not settled yet', count: 1 }],
      partitions: 1,
      failure: null,
    });
  });

  it('fails for what was refused with the first reading', async () => {
    refused = [{ reason: 'too long', count: 1 }];

    const { outcome } = await runAt('2026-11-15T12:00:00Z', [settled(1)], {
      again: () => {
        refused = [];
        return [settled(1), settled(2)];
      },
    });

    expect(received.map((id) => id.slice(-1))).toEqual(['1', '2']);
    expect(outcome).toMatchObject({
      rejected: [{ reason: 'too long', count: 1 }],
      skipped: [],
      failure: { code: 'SINK_REFUSED' },
    });
  });
});

it.each([
  ['2026-11-19T23:59:59Z', []],
  ['2026-11-20T00:00:00Z', ['1']],
])('gets what never settles with the last reading of its day, which closes it: at %s', async (at, wanted) => {
  await runAt('2026-11-15T12:00:00Z', [unsettled(1)]);

  const last = await runAt(at, [unsettled(1)]);
  const next = await runAt('2026-12-01T12:00:00Z', [unsettled(1)]);

  expect(received.slice(0, wanted.length).map((id) => id.slice(-1))).toEqual(wanted);
  expect(last.outcome?.accepted).toBe(wanted.length);
  expect(next.opened).toEqual(wanted.length === 1 ? [] : [DAY]);
  expect(received).toHaveLength(1);
});

it('gets nothing that may still change while the lookback says so, though it is older than that', async () => {
  await runAt('2026-11-15T12:00:00Z', [unsettled(1)], { lookbackDays: 30 });

  await runAt('2026-12-10T12:00:00Z', [unsettled(1)], { lookbackDays: 30 });

  expect(received).toEqual([]);
});
