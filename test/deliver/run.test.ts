import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type MemorySink, memorySink } from '../../connectors/testing/memory-sink.js';
import { rowsOf } from '../../connectors/testing/sample-records.js';
import type { Sink } from '../../src/catalogue/sink.js';
import type { Source } from '../../src/catalogue/source.js';
import { windowOnly } from '../../src/checkpoints/checkpoints.js';
import { type RunOptions, type RunResult, run } from '../../src/deliver/run.js';
import { SinkLane, type SinkLaneOptions } from '../../src/deliver/sink-lane.js';
import { type ErrorKind, ExportError } from '../../src/errors/export-error.js';
import { silentLog } from '../../src/log/log.js';
import { systemClock } from '../../src/time/clock.js';
import { fakeSource, oneRow, USAGE } from './fake-source.js';

const WINDOW = { since: '2026-11-15', until: '2026-11-20', now: Date.parse('2026-11-20T12:00:00Z') };
const DAYS = 6;

afterEach(() => {
  vi.useRealTimers();
});

function runWith(
  source: Source,
  sinks: readonly (Sink | SinkLane)[],
  signal = new AbortController().signal,
  changes: Partial<RunOptions> = {},
): Promise<RunResult> {
  const lanes = sinks.map((sink) => (sink instanceof SinkLane ? sink : laneOf(sink)));
  return run({
    source,
    lanes,
    streams: [USAGE],
    window: WINDOW,
    checkpoints: windowOnly,
    clock: systemClock,
    log: silentLog,
    signal,
    ...changes,
  });
}

function laneOf(sink: Sink, options: Partial<SinkLaneOptions> = {}): SinkLane {
  return new SinkLane({
    sink,
    type: 'memory',
    required: true,
    deadlineMs: 60_000,
    log: silentLog,
    ...options,
  });
}

function failure(kind: ErrorKind, message = 'out of order'): ExportError {
  return new ExportError('SINK_REFUSED', message, { kind });
}

/** A memory sink of which one step is replaced. */
function sinkThat(name: string, change: (sink: MemorySink) => Partial<Sink>): MemorySink {
  const sink = memorySink({ name });
  return { ...sink, ...change(sink) };
}

it('delivers every partition to every sink, and reads the source once', async () => {
  const source = fakeSource();
  const sinks = [memorySink({ name: 'a' }), memorySink({ name: 'b' })];

  const result = await runWith(source, sinks);

  expect(sinks.map((sink) => sink.committed.size)).toEqual([DAYS, DAYS]);
  expect(source.opened).toHaveLength(DAYS);
  expect(result.sinks.map(({ accepted, failure: failed }) => [accepted, failed])).toEqual([
    [6, null],
    [6, null],
  ]);
  expect(result.streams).toMatchObject([
    { name: 'usage', partitions: DAYS, failed_partitions: 0, records: 6, cost_usd: null },
  ]);
});

it('tells every sink at its end how the run went', async () => {
  let told: unknown;
  const sink = sinkThat('a', () => ({
    finish: async (soFar) => {
      told = soFar;
      return { facts: { 'distinct series': 3 }, notes: ['switch it on'] };
    },
  }));

  const result = await runWith(fakeSource(), [sink]);

  expect(told).toMatchObject({ records: 6, partitions: DAYS, failedPartitions: 0, calls: 7, retries: 2 });
  expect(result.sinks[0]).toMatchObject({ facts: { 'distinct series': 3 }, notes: ['switch it on'] });
});

describe('a sink that fails', () => {
  it('does not keep the others from finishing', async () => {
    const broken = sinkThat('broken', () => ({ begin: async () => Promise.reject(failure('permanent')) }));
    const good = memorySink({ name: 'good' });

    const result = await runWith(fakeSource(), [broken, good]);

    expect(good.committed.size).toBe(DAYS);
    expect(result.sinks[0]).toMatchObject({
      failed_partitions: DAYS,
      failure: { message: 'out of order', partition: 'usage/p-1/2026-11-15' },
    });
  });

  it('is asked once for a partition of which it is known that more is delivered', async () => {
    let begun = 0;
    const broken = sinkThat('broken', () => ({
      begin: async () => {
        begun += 1;
        throw failure('transient');
      },
    }));
    const lastReading = async () => ({ readAtMs: 0, sameSinceMs: 0, records: 9, sums: {} });
    const source = fakeSource();

    await runWith(source, [broken], undefined, {
      window: { ...WINDOW, since: '2026-11-20' },
      checkpoints: { ...windowOnly, lastReading },
    });

    expect([begun, source.opened]).toEqual([1, ['2026-11-20']]);
  });

  it('for good, is not bothered again', async () => {
    let begun = 0;
    const broken = sinkThat('broken', () => ({
      begin: async () => {
        begun += 1;
        throw failure('auth');
      },
    }));

    await runWith(fakeSource(), [broken, memorySink()]);

    expect(begun).toBe(1);
  });

  it('for a moment, is tried with the next partition', async () => {
    let begun = 0;
    const shaky = sinkThat('shaky', (sink) => ({
      begin: async (partition, signal) => {
        begun += 1;
        if (begun === 2) throw failure('transient');
        return sink.begin(partition, signal);
      },
    }));

    const result = await runWith(fakeSource(), [shaky]);

    expect(result.sinks[0]).toMatchObject({
      partitions: DAYS - 1,
      failed_partitions: 1,
      failure: { kind: 'transient' },
    });
  });

  it('three times in a row, is left alone', async () => {
    let begun = 0;
    const broken = sinkThat('broken', () => ({
      begin: async () => {
        begun += 1;
        throw failure('transient');
      },
    }));

    const result = await runWith(fakeSource(), [broken]);

    expect(begun).toBe(3);
    expect(result.sinks[0]).toMatchObject({ failed_partitions: DAYS });
  });

  it('three times, but never in a row, is not', async () => {
    let begun = 0;
    const shaky = sinkThat('shaky', (sink) => ({
      begin: async (partition, signal) => {
        begun += 1;
        if (begun % 2 === 1) throw failure('transient');
        return sink.begin(partition, signal);
      },
    }));

    const result = await runWith(fakeSource(), [shaky]);

    expect(begun).toBe(DAYS);
    expect(result.sinks[0]).toMatchObject({ partitions: 3, failed_partitions: 3 });
  });

  it.each(['write', 'commit'] as const)('in %s, is told to take the partition back', async (step) => {
    const aborted: string[] = [];
    const broken = sinkThat('broken', (sink) => ({
      begin: async (partition, signal) => ({
        ...(await sink.begin(partition, signal)),
        [step]: async () => Promise.reject(failure('permanent')),
        abort: async (reason) => {
          aborted.push(reason.message);
        },
      }),
    }));

    await runWith(fakeSource(), [broken]);

    expect(aborted).toEqual(['out of order']);
    expect(broken.committed.size).toBe(0);
  });

  it('with the first of two readings of a partition, has it with the second', async () => {
    let writes = 0;
    const flaky = sinkThat('flaky', (sink) => ({
      begin: async (partition, signal) => {
        const writer = await sink.begin(partition, signal);
        const write = (batch: Parameters<typeof writer.write>[0]) => {
          writes += 1;
          return writes === 1 ? Promise.reject(failure('transient')) : writer.write(batch);
        };
        return { ...writer, write };
      },
    }));

    const result = await runWith(fakeSource({ again: oneRow }), [flaky]);

    expect(flaky.committed.size).toBe(DAYS);
    expect(result.sinks[0]).toMatchObject({ partitions: DAYS, failed_partitions: 0, failure: null });
  });

  it('to answer while a partition is taken back to be read once more, is left at its deadline', async () => {
    const hung = sinkThat('hung', (sink) => ({
      begin: async (partition, signal) => ({
        ...(await sink.begin(partition, signal)),
        write: () => new Promise<never>(() => {}),
      }),
    }));
    const good = memorySink({ name: 'good' });

    const result = await runWith(fakeSource({ again: oneRow }), [laneOf(hung, { deadlineMs: 30 }), good]);

    expect(good.committed.size).toBe(DAYS);
    expect(result.sinks[0]).toMatchObject({ failure: { code: 'SINK_DEADLINE' }, failed_partitions: DAYS });
  });

  it.each(['begin', 'write', 'commit'] as const)('to answer in %s, is left at its deadline', async (step) => {
    const never = () => new Promise<never>(() => {});
    const signals: AbortSignal[] = [];
    const hung = sinkThat('hung', (sink) => ({
      begin: async (partition, signal) => {
        signals.push(signal);
        return step === 'begin' ? never() : { ...(await sink.begin(partition, signal)), [step]: never };
      },
    }));
    const good = memorySink({ name: 'good' });

    const result = await runWith(fakeSource(), [laneOf(hung, { deadlineMs: 30 }), good]);

    expect(good.committed.size).toBe(DAYS);
    expect(result.sinks[0]).toMatchObject({ failure: { code: 'SINK_DEADLINE' }, failed_partitions: DAYS });
    expect(signals.map(({ reason }) => reason)).toMatchObject([{ code: 'SINK_DEADLINE' }]);
  });

  it('to answer while finishing, is told so by its signal at its deadline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const reasons: unknown[] = [];
    const hung = sinkThat('hung', () => ({
      finish: (_run, signal) => {
        vi.advanceTimersByTime(10_000);
        reasons.push(signal.reason);
        return new Promise(() => {});
      },
    }));

    const result = await runWith(fakeSource(), [laneOf(hung, { deadlineMs: 10_000 })]);

    expect(result.sinks[0]).toMatchObject({ partitions: DAYS, failure: { code: 'SINK_DEADLINE' } });
    expect(reasons).toMatchObject([{ code: 'SINK_DEADLINE' }]);
  });

  it('while closing, is reported', async () => {
    const broken = sinkThat('broken', () => ({
      finish: async () => Promise.reject(failure('permanent', 'cannot stitch')),
    }));

    const result = await runWith(fakeSource(), [broken]);

    expect(result.sinks[0]).toMatchObject({ partitions: DAYS, failure: { message: 'cannot stitch' } });
  });

  it('by refusing records, is reported though it committed', async () => {
    const picky = sinkThat('picky', (sink) => ({
      begin: async (partition, signal) => ({
        ...(await sink.begin(partition, signal)),
        commit: async () => ({ accepted: 0, rejected: [{ reason: 'tag too long', count: 1 }], skipped: [] }),
      }),
    }));

    const result = await runWith(fakeSource(), [picky]);

    expect(result.sinks[0]).toMatchObject({
      rejected: [{ reason: 'tag too long', count: DAYS }],
      failure: { code: 'SINK_REFUSED' },
    });
  });

  it('with a bug of its own, ends as one', async () => {
    const buggy = sinkThat('buggy', () => ({
      begin: async () => Promise.reject(new TypeError('x is not a function')),
    }));

    const result = await runWith(fakeSource(), [buggy, memorySink()]);

    expect(result.sinks[0]?.failure).toMatchObject({
      kind: 'bug',
      message: 'TypeError: x is not a function',
    });
  });
});

it('does not read on when every sink has failed', async () => {
  let read = 0;
  const source = fakeSource({
    batches: async function* (day) {
      read += 1;
      yield rowsOf('usage', day);
    },
  });
  const broken = sinkThat('broken', () => ({ begin: async () => Promise.reject(failure('permanent')) }));

  await runWith(source, [broken]);

  expect(read).toBe(0);
});

it('waits for a slow sink instead of piling batches up', async () => {
  let read = 0;
  let written = 0;
  let mostAhead = 0;
  const source = fakeSource({
    batches: async function* (day) {
      for (let batch = 0; batch < 20; batch += 1) {
        read += 1;
        mostAhead = Math.max(mostAhead, read - written);
        yield rowsOf('usage', day);
      }
    },
  });
  const slow = sinkThat('slow', (sink) => ({
    begin: async (partition, signal) => ({
      ...(await sink.begin(partition, signal)),
      write: async () => {
        await delay(1);
        written += 1;
      },
    }),
  }));

  await runWith(source, [slow]);

  expect(written).toBe(20 * DAYS);
  expect(mostAhead).toBeLessThanOrEqual(5);
});

describe('a source that fails', () => {
  const failing = (bad: readonly string[], error: () => Error) =>
    fakeSource({
      batches: async function* (day) {
        yield rowsOf('usage', day);
        if (bad.includes(day)) throw error();
      },
    });

  it('in the middle of a partition leaves nothing of it in any sink, and the rest goes on', async () => {
    const sinks = [memorySink({ name: 'a' }), memorySink({ name: 'b' })];

    const result = await runWith(
      failing(['2026-11-17'], () => failure('transient', 'cut')),
      sinks,
    );

    for (const sink of sinks) expect([...sink.committed.keys()]).not.toContain('usage/p-1/2026-11-17');
    expect(sinks.map((sink) => sink.committed.size)).toEqual([DAYS - 1, DAYS - 1]);
    expect(result.sourceFailures).toMatchObject([
      { stream: 'usage', partitions: 1, partition: 'usage/p-1/2026-11-17', message: 'cut' },
    ]);
    expect(result.sinks.map((sink) => [sink.failure, sink.unread_partitions])).toEqual([
      [null, 1],
      [null, 1],
    ]);
  });

  it('in the middle of days that are read together keeps those before', async () => {
    const sink = memorySink();
    const source = fakeSource({
      daysTogether: 6,
      batches: async function* (day) {
        yield rowsOf('usage', day);
        if (day === '2026-11-17') throw failure('permanent', 'cut');
      },
    });

    const result = await runWith(source, [sink]);

    expect([...sink.committed.keys()]).toEqual(['usage/p-1/2026-11-15', 'usage/p-1/2026-11-16']);
    expect(result.sourceFailures).toMatchObject([{ partitions: 4 }]);
  });

  it('for lack of a scope is asked once', async () => {
    const source = failing(
      ['2026-11-15', '2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'],
      () => failure('auth', 'no scope'),
    );

    const result = await runWith(source, [memorySink()]);

    expect(source.opened).toEqual(['2026-11-15']);
    expect(result.sourceFailures).toMatchObject([{ kind: 'auth', partitions: DAYS }]);
  });

  it('for lack of a scope is asked no more, also after a failure that may pass', async () => {
    const source = fakeSource({
      // biome-ignore lint/correctness/useYield: it fails before it gives anything
      batches: async function* (day) {
        throw day === '2026-11-15' ? failure('transient', 'down') : failure('auth', 'no scope');
      },
    });

    const result = await runWith(source, [memorySink()]);

    expect(source.opened).toEqual(['2026-11-15', '2026-11-16']);
    expect(result.sourceFailures).toMatchObject([
      { kind: 'auth', partitions: DAYS, partition: 'usage/p-1/2026-11-16' },
    ]);
  });

  describe('and leaves out what its key may not read', () => {
    const lacking = () => new ExportError('HTTP_STATUS', 'refused', { kind: 'auth', lacks: 'usage:read' });
    /** Refuses, but for the days given, which fail for a reason that may pass. */
    const leavingOut = (skipsUnavailable: boolean, down: readonly string[] = []) => ({
      ...fakeSource({
        // biome-ignore lint/correctness/useYield: it fails before it gives anything
        batches: async function* (day) {
          throw down.includes(day) ? failure('transient', 'down') : lacking();
        },
      }),
      skipsUnavailable,
    });

    it('has no failure, and no sink that lacks anything', async () => {
      let told: unknown;
      const sink = sinkThat('a', () => ({
        finish: async (soFar) => {
          told = soFar;
          return { facts: {}, notes: [] };
        },
      }));

      const result = await runWith(leavingOut(true), [sink]);

      expect(result.sourceFailures).toEqual([]);
      expect(result.unavailable).toMatchObject([{ stream: 'usage', lacks: 'usage:read', partitions: DAYS }]);
      expect(result.streams).toMatchObject([{ failed_partitions: 0 }]);
      expect(result.sinks).toMatchObject([{ unread_partitions: 0, failed_partitions: 0 }]);
      expect(told).toMatchObject({ failedPartitions: 0 });
    });

    it('still has the failures of another reason', async () => {
      const result = await runWith(leavingOut(true, ['2026-11-15']), [memorySink()]);

      expect(result.sourceFailures).toMatchObject([{ kind: 'transient', partitions: 1 }]);
      expect(result.unavailable).toMatchObject([{ partitions: DAYS - 1 }]);
      expect(result.sinks).toMatchObject([{ unread_partitions: 1 }]);
    });

    it('only where it does: by default that is a failure', async () => {
      const result = await runWith(leavingOut(false), [memorySink()]);

      expect(result.sourceFailures).toMatchObject([{ lacks: 'usage:read', partitions: DAYS }]);
      expect(result.unavailable).toEqual([]);
    });
  });

  it('by a bug says so, also after a failure that may pass', async () => {
    const source = fakeSource({
      // biome-ignore lint/correctness/useYield: it fails before it gives anything
      batches: async function* (day) {
        throw day === '2026-11-15' ? failure('transient', 'down') : new TypeError('x is not a function');
      },
    });

    const result = await runWith(source, [memorySink()]);

    expect(result.sourceFailures).toMatchObject([{ kind: 'bug', partitions: DAYS }]);
  });

  it('for good with some days, after one that may pass, is not given up', async () => {
    const source = fakeSource({
      // biome-ignore lint/correctness/useYield: it fails before it gives anything
      batches: async function* (day) {
        throw failure(day === '2026-11-15' ? 'transient' : 'permanent');
      },
    });

    await runWith(source, [memorySink()]);

    expect(source.opened).toHaveLength(DAYS);
  });

  it('after a sink has failed with the same partition is not counted with that sink again', async () => {
    const broken = sinkThat('broken', () => ({ begin: async () => Promise.reject(failure('permanent')) }));

    const result = await runWith(
      failing(['2026-11-15'], () => failure('permanent')),
      [broken, memorySink()],
    );

    expect(result.sinks[0]).toMatchObject({ failed_partitions: DAYS, unread_partitions: 0 });
  });

  it('in the middle of a partition leaves its records out of what sinks are told at the end', async () => {
    let told = 0;
    const sink = sinkThat('a', () => ({
      finish: async ({ records }) => {
        told = records;
        return { facts: {}, notes: [] };
      },
    }));

    await runWith(
      failing(['2026-11-17'], () => failure('permanent')),
      [sink],
    );

    expect(told).toBe(DAYS - 1);
  });

  it('five times in a row is given up', async () => {
    const source = failing(
      ['2026-11-15', '2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'],
      () => failure('transient', 'down'),
    );

    const result = await runWith(source, [memorySink()]);

    expect(source.opened).toHaveLength(5);
    expect(result.sourceFailures).toMatchObject([{ message: 'down', partitions: DAYS }]);
  });
});

describe('an interrupt', () => {
  it('keeps what is committed and takes back what is open', async () => {
    const stop = new AbortController();
    const sink = memorySink();
    const source = fakeSource({
      batches: async function* (day) {
        yield rowsOf('usage', day);
        if (day === '2026-11-17') stop.abort();
      },
    });

    const result = await runWith(source, [sink], stop.signal);

    expect([...sink.committed.keys()]).toEqual(['usage/p-1/2026-11-15', 'usage/p-1/2026-11-16']);
    expect(result.interrupted).toBe(true);
    expect(result.sourceFailures).toMatchObject([{ kind: 'interrupted', partitions: 4 }]);
  });

  it('does not wait for a sink that hangs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const stop = new AbortController();
    const hung = sinkThat('hung', (sink) => ({
      begin: async (partition, signal) => ({
        ...(await sink.begin(partition, signal)),
        write: () => {
          // After a turn, when all is read and only this is waited for.
          setImmediate(() => stop.abort());
          return new Promise(() => {});
        },
      }),
    }));

    const running = runWith(fakeSource(), [laneOf(hung, { deadlineMs: 600_000 })], stop.signal);
    await once(stop.signal, 'abort');
    await vi.advanceTimersByTimeAsync(2_000);
    const result = await running;

    expect(result.interrupted).toBe(true);
  });

  it('still lets sinks show what was committed', async () => {
    const stop = new AbortController();
    let closed = false;
    const sink = sinkThat('a', () => ({
      finish: async () => {
        closed = true;
        return { facts: {}, notes: [] };
      },
    }));
    stop.abort();

    await runWith(fakeSource(), [sink], stop.signal);

    expect(closed).toBe(true);
  });
});

describe('an interrupt while sinks close', () => {
  it('lets them finish, but not for long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const stop = new AbortController();
    const aborted: boolean[] = [];
    const sink = sinkThat('a', () => ({
      finish: async (_run, signal) => {
        stop.abort();
        await vi.advanceTimersByTimeAsync(7_000);
        aborted.push(signal.aborted);
        await vi.advanceTimersByTimeAsync(1_000);
        aborted.push(signal.aborted);
        return { facts: {}, notes: [] };
      },
    }));

    await runWith(fakeSource(), [sink], stop.signal);

    expect(aborted).toEqual([false, true]);
  });
});

it('asks for the history that a sink wants no further back than the source goes', async () => {
  const source: ReturnType<typeof fakeSource> = { ...fakeSource(), oldestDay: () => '2026-11-12' };
  const deep = sinkThat('deep', ({ capabilities }) => ({
    capabilities: { ...capabilities, historyDays: 30 },
  }));

  const result = await runWith(source, [deep], undefined, {
    window: { ...WINDOW, isDefault: true },
    checkpoints: { ...windowOnly, remembers: true },
  });

  expect(source.opened).toHaveLength(3 + DAYS);
  expect(source.opened[0]).toBe('2026-11-12');
  expect(result.warnings).toEqual([]); // what nobody was promised is not lost
});

it('gives a sink only the streams that it wants', async () => {
  const narrow = memorySink({ name: 'narrow' });

  await runWith(fakeSource(), [laneOf(narrow, { streams: ['requests'] }), memorySink()]);

  expect(narrow.committed.size).toBe(0);
});

describe('a sink says how many partitions it can have open', () => {
  it.each([
    [undefined, 4],
    [2, 2],
    [1, 1],
    [0, 1],
  ])('%s: never more than %i at once', async (maxOpenPartitions, expected) => {
    let open = 0;
    let most = 0;
    const narrow = sinkThat('narrow', ({ capabilities, begin }) => ({
      capabilities: { ...capabilities, maxOpenPartitions },
      begin: async (partition, signal) => {
        open += 1;
        most = Math.max(most, open);
        const writer = await begin(partition, signal);
        return {
          ...writer,
          commit: async () => {
            open -= 1;
            return writer.commit();
          },
        };
      },
    }));

    const result = await runWith(fakeSource({ parallel: 4 }), [narrow, memorySink({ name: 'wide' })]);

    expect(most).toBe(expected);
    expect(result.sinks.map(({ partitions }) => partitions)).toEqual([DAYS, DAYS]);
  });
});

describe('before its first partition a sink is prepared', () => {
  it('once, with the streams that it wants', async () => {
    const said: string[] = [];
    const sink = sinkThat('a', ({ begin }) => ({
      prepare: async (streams) => {
        said.push(`prepare ${streams.map(({ name }) => name)}`);
      },
      begin: async (partition, signal) => {
        said.push('begin');
        return begin(partition, signal);
      },
    }));

    await runWith(fakeSource(), [sink]);

    expect(said).toEqual(['prepare usage', ...Array.from({ length: DAYS }, () => 'begin')]);
  });

  it('and is left alone where that fails, while the others get everything', async () => {
    const broken = sinkThat('broken', () => ({
      prepare: async () => Promise.reject(failure('permanent', 'no such bucket')),
    }));
    const fine = memorySink({ name: 'fine' });

    const { sinks } = await runWith(fakeSource(), [broken, fine]);

    expect(sinks.map(({ accepted, failure: failed }) => [accepted, failed?.message])).toEqual([
      [0, 'no such bucket'],
      [6, undefined],
    ]);
    expect(broken.committed.size).toBe(0);
  });
});
