import { describe, expect, it } from 'vitest';
import { type MemorySink, memorySink } from '../../../connectors/testing/memory-sink.js';
import { SECRET } from '../../../connectors/testing/sample-records.js';
import { describeSinkConformance } from '../../../connectors/testing/sink-conformance.js';
import type { PartitionWriter, Sink } from '../../../src/catalogue/sink.js';
import { ExportError } from '../../../src/errors/export-error.js';

/** A destination in memory that can be closed, and what was called of each sink on it. */
interface Destination {
  readonly memory: MemorySink;
  isClosed: boolean;
  readonly lives: string[][];
}

const CLOSED = () => new ExportError('SINK_REFUSED', 'The memory is closed.', { kind: 'permanent' });

/** A sink that keeps its promises, and writes down its life. */
function goodSink(destination: Destination): Sink {
  const { memory, lives } = destination;
  const life: string[] = [];
  lives.push(life);
  const refuse = () => {
    if (destination.isClosed) throw CLOSED();
  };
  return {
    ...memory,
    check: async (signal) => {
      life.push('check');
      refuse();
      return memory.check(signal);
    },
    prepare: async () => {
      life.push('prepare');
    },
    begin: async (partition, signal) => {
      life.push('begin');
      refuse();
      return memory.begin(partition, signal);
    },
    finish: async () => {
      life.push('finish');
      return { facts: {}, notes: [] };
    },
    dispose: async () => {
      life.push('dispose');
    },
  };
}

/** Runs the suite without any test runner; resolves to the promises that were broken, and the lives of all sinks. */
async function suite(make: (destination: Destination) => Sink) {
  const tests: [name: string, body: () => Promise<void>][] = [];
  const broken: string[] = [];
  const lives: string[][] = [];
  const collected = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => tests.push([name, body]),
  };
  describeSinkConformance(collected, 'a sink', async () => {
    const destination: Destination = { memory: memorySink(), isClosed: false, lives };
    return {
      open: async () => make(destination),
      contents: async () =>
        Object.fromEntries(
          [...destination.memory.committed].map(([name, { rows }]) => [name, JSON.stringify(rows)]),
        ),
      breakDown: async () => {
        destination.isClosed = true;
      },
      mend: async () => {
        destination.isClosed = false;
      },
      dispose: async () => {},
    };
  });
  for (const [name, body] of tests) await body().catch(() => broken.push(name));
  return { broken, lives, tests: tests.length };
}

/** A good sink whose writers are changed. */
const withWriter =
  (change: (writer: PartitionWriter) => Partial<PartitionWriter>) =>
  (destination: Destination): Sink => {
    const good = goodSink(destination);
    return {
      ...good,
      begin: async (partition, signal) => {
        const writer = await good.begin(partition, signal);
        return { ...writer, ...change(writer) };
      },
    };
  };

describe('the conformance suite', () => {
  it('lets a good sink pass, and takes it through its whole life', async () => {
    const { broken, lives, tests } = await suite(goodSink);

    expect(broken).toEqual([]);
    expect(lives.length).toBeGreaterThanOrEqual(tests);
    for (const life of lives) {
      const calls = life.join(' ');
      expect(calls).toMatch(/^(check |prepare (begin )*(finish )?)?dispose$/);
    }
    expect(lives.map((life) => life.join(' '))).toContain('prepare begin begin finish dispose');
  });

  it.each<[string, (destination: Destination) => Sink, string]>([
    [
      'loses a record and does not say so',
      withWriter((writer) => ({
        commit: async () => ({ ...(await writer.commit()), accepted: 1 }),
      })),
      'every record is accounted for, and the order of batches is kept',
    ],
    [
      'shows what is not committed',
      withWriter((writer) => ({
        write: async (batch) => {
          await writer.write(batch);
          await writer.commit();
        },
      })),
      'nothing of a partition is seen before its commit',
    ],
    [
      'keeps what was aborted',
      withWriter((writer) => ({ abort: async () => void (await writer.commit()) })),
      'an aborted partition leaves what was committed before it',
    ],
    [
      'fails without a name',
      (destination) => ({
        ...goodSink(destination),
        begin: async (partition, signal) => {
          if (destination.isClosed) throw new TypeError('undefined is not a function');
          return destination.memory.begin(partition, signal);
        },
      }),
      'a failure is named, and the same partition succeeds once the destination is mended',
    ],
    [
      'tells its key',
      (destination) => ({
        ...goodSink(destination),
        check: async () => ({ what: 'connect', ok: !destination.isClosed, detail: `with ${SECRET}` }),
        begin: async () => {
          throw new ExportError('SINK_REFUSED', `no entry with ${SECRET}`, { kind: 'auth' });
        },
      }),
      'a secret is never in an error',
    ],
    [
      'calls everything good',
      (destination) => ({
        ...goodSink(destination),
        check: async () => ({ what: 'connect', ok: true, detail: 'fine' }),
      }),
      'a check of a broken destination says so',
    ],
    [
      'delivers when it is disposed of',
      (destination) => {
        const good = goodSink(destination);
        const partition = { stream: { name: 'usage' }, project: { id: 'p', name: null }, day: null };
        return {
          ...good,
          dispose: async () => {
            // Safe: the memory asks for no more of a stream than its name.
            const writer = await good.begin(partition as never, new AbortController().signal);
            await writer.commit();
          },
        };
      },
      'disposing delivers nothing',
    ],
    [
      'connects when it is opened',
      (destination) => {
        if (destination.isClosed) throw CLOSED();
        return goodSink(destination);
      },
      'opening contacts nobody',
    ],
  ])('finds one that %s', async (_, make, promise) => {
    expect((await suite(make)).broken).toContain(promise);
  });
});
