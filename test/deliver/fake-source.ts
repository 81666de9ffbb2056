import { usage } from '../../connectors/deepgram/streams/usage.js';
import { rowsOf } from '../../connectors/testing/sample-records.js';
import type { Batch, Source } from '../../src/catalogue/source.js';
import type { Stream } from '../../src/streams/stream.js';
import type { Day } from '../../src/time/day.js';
import { NOTHING_FOUND } from './nothing-found.js';

export const USAGE: Stream = usage;

export interface FakeSourceOptions {
  /** What a day gives, batch by batch; throwing fails its reading. Default: one batch with one row. */
  readonly batches?: (day: string) => AsyncIterable<Batch>;
  /** What a day gives in a second reading, which then counts. Default: the first one does. */
  readonly again?: (day: string) => AsyncIterable<Batch>;
  /** Days that are read together. Default 1. */
  readonly daysTogether?: number;
  readonly parallel?: number;
}

/** One project whose usage is what a test says it is. */
export function fakeSource(options: FakeSourceOptions = {}): Source & { readonly opened: string[] } {
  const { batches = oneRow, again } = options;
  const opened: string[] = [];
  const project = { id: 'p-1', name: 'Support' };
  return {
    name: 'fake',
    opened,
    parallel: options.parallel ?? 1,
    traffic: { calls: 7, retries: 2, waitedMs: 0, receivedBytes: 0 },
    projects: async () => [project],
    oldestDay: () => undefined,
    divide: (_stream, _project, days) =>
      grouped(days, options.daysTogether ?? 1).map((together) => ({ days: together, calls: 1 })),
    async *read({ days }) {
      for (const day of days) {
        opened.push(day ?? '');
        const retry = () => again && { day, batches: again(day ?? '') };
        yield { day, batches: batches(day ?? ''), retry };
      }
    },
    check: async () => [],
    findings: () => NOTHING_FOUND,
    close: async () => {},
  };
}

export async function* oneRow(day: string): AsyncGenerator<Batch> {
  yield rowsOf('usage', day);
}

function grouped(days: readonly Day[], size: number): [Day, ...Day[]][] {
  const groups: [Day, ...Day[]][] = [];
  for (const day of days) {
    const last = groups.at(-1);
    if (last && last.length < size) last.push(day);
    else groups.push([day]);
  }
  return groups;
}
