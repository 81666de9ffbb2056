import { usage } from '../../connectors/deepgram/streams/usage.js';
import type { Batch, Reading, Source } from '../../src/catalogue/source.js';
import type { Partition } from '../../src/streams/partition.js';
import type { Stream } from '../../src/streams/stream.js';
import { rowsOf } from '../conformance/sample-records.js';

export const USAGE: Stream = usage;

export interface FakeSourceOptions {
  /** What a day gives, batch by batch; throwing fails its reading. Default: one batch with one row. */
  readonly batches?: (day: string) => AsyncIterable<Batch>;
  /** Days that are read together. Default 1. */
  readonly daysTogether?: number;
  readonly parallel?: number;
}

/** One project whose usage is what a test says it is. */
export function fakeSource(options: FakeSourceOptions = {}): Source & { readonly opened: string[] } {
  const batches = options.batches ?? oneRow;
  const opened: string[] = [];
  const project = { id: 'p-1', name: 'Support' };
  return {
    name: 'fake',
    opened,
    parallel: options.parallel ?? 1,
    traffic: { calls: 7, retries: 2, waitedMs: 0, receivedBytes: 0 },
    projects: async () => [project],
    oldestDay: () => undefined,
    plan: ({ stream, days }) => {
      const partitions = days.map((day): Partition => ({ stream, project, day }));
      return grouped(partitions, options.daysTogether ?? 1).map(
        ([first, ...rest]): Reading => ({
          partitions: [first, ...rest],
          calls: 1,
          async *open() {
            for (const partition of [first, ...rest]) {
              opened.push(partition.day ?? '');
              yield { partition, batches: batches(partition.day ?? '') };
            }
          },
        }),
      );
    },
    check: async () => [],
    findings: () => ({ rejected: new Map(), unknownFields: new Map(), warnings: [] }),
    close: async () => {},
  };
}

async function* oneRow(day: string): AsyncGenerator<Batch> {
  yield rowsOf('usage', day);
}

function grouped(partitions: readonly Partition[], size: number): [Partition, ...Partition[]][] {
  const groups: [Partition, ...Partition[]][] = [];
  for (const partition of partitions) {
    const last = groups.at(-1);
    if (last && last.length < size) last.push(partition);
    else groups.push([partition]);
  }
  return groups;
}
