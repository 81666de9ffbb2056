import type { Sink } from '../../src/catalogue/sink.js';
import type { Row } from '../../src/streams/field.js';
import { type Partition, partitionName } from '../../src/streams/partition.js';

export interface MemorySink extends Sink {
  /** Committed partitions by name (`requests/<project>/<day>`), in the order of their commits. */
  readonly committed: ReadonlyMap<string, { readonly partition: Partition; readonly rows: readonly Row[] }>;
  /** Rows of every committed partition of a stream, in the order of projects and days, whichever was read first. */
  rows(stream: string): readonly Row[];
}

/**
 * Keeps what it is given, for tests of programs that use this package.
 *
 * @example
 * const sink = memorySink();
 * await sync({ config: 'job.yaml', sinks: { memory: defineSinkType({ open: async () => sink }) } });
 * sink.rows('usage');
 */
export function memorySink(options: { readonly name?: string } = {}): MemorySink {
  const committed = new Map<string, { readonly partition: Partition; readonly rows: readonly Row[] }>();
  return {
    name: options.name ?? 'memory',
    capabilities: { delivery: 'replace' },
    committed,
    rows: (stream) =>
      [...committed]
        .filter(([, { partition }]) => partition.stream.name === stream)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .flatMap(([, { rows }]) => rows),
    check: async () => ({ what: 'keep records in memory', ok: true, detail: 'always possible' }),
    begin: async (partition) => {
      const rows: Row[] = [];
      return {
        write: async (batch) => {
          for (const row of batch) rows.push(row);
        },
        commit: async () => {
          committed.set(partitionName(partition), { partition, rows });
          return { accepted: rows.length, rejected: [], skipped: [] };
        },
        abort: async () => {},
      };
    },
  };
}
