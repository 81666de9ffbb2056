import { describe, expect, it } from 'vitest';
import { type MemorySink, memorySink } from '../../../connectors/testing/memory-sink.js';
import { partitionOf, rowsOf } from '../../../connectors/testing/sample-records.js';
import { describeSinkConformance } from '../../../connectors/testing/sink-conformance.js';
import type { PartitionWriter, Sink } from '../../../src/catalogue/sink.js';
import { ExportError } from '../../../src/errors/export-error.js';

const memoryUnderTest = async () => {
  const sink = memorySink();
  const trouble = { fails: false, hangs: false };
  return {
    open: async () => troubled(sink, trouble),
    contents: async () =>
      Object.fromEntries([...sink.committed].map(([name, { rows }]) => [name, JSON.stringify(rows)])),
    breakDown: async () => {
      trouble.fails = true;
    },
    mend: async () => {
      trouble.fails = false;
    },
    hang: async () => {
      trouble.hangs = true;
    },
    dispose: async () => {},
  };
};

describeSinkConformance({ describe, it }, 'memory', memoryUnderTest, { hang: (subject) => subject.hang() });

it('gives the rows of a stream over all its partitions', async () => {
  const sink = memorySink();
  for (const day of ['2026-11-19', '2026-11-20']) {
    const writer = await sink.begin(partitionOf('usage', day), new AbortController().signal);
    await writer.write(rowsOf('usage', day));
    await writer.commit();
  }

  const dates = sink.rows('usage').map((row) => row.date);

  expect(dates).toEqual(['2026-11-19', '2026-11-20']);
});

/** Memory has no troubles of its own, so the suite's are put in front of it. */
function troubled(sink: MemorySink, trouble: { readonly fails: boolean; readonly hangs: boolean }): Sink {
  const meet = async () => {
    if (trouble.hangs) await new Promise(() => {});
    if (trouble.fails) throw new ExportError('SINK_REFUSED', 'The memory is closed.', { kind: 'permanent' });
  };
  return {
    ...sink,
    check: async (signal) => {
      await meet();
      return sink.check(signal);
    },
    begin: async (partition, signal): Promise<PartitionWriter> => {
      await meet();
      return sink.begin(partition, signal);
    },
  };
}
