import type { Sink } from '../catalogue/sink.js';

/** Stands for a sink in a dry run: wants what it wants, counts, and delivers nothing. */
export function dryRunSink(sink: Sink): Sink {
  return {
    name: sink.name,
    capabilities: sink.capabilities,
    check: (signal) => sink.check(signal),
    isEmpty: async () => (await sink.isEmpty?.()) ?? false,
    ...(sink.held && { held: sink.held.bind(sink) }),
    ...(sink.estimate === undefined ? {} : { estimate: (input) => sink.estimate?.(input) ?? [] }),
    begin: async () => {
      let records = 0;
      return {
        write: async (batch) => {
          records += batch.length;
        },
        commit: async () => ({ accepted: 0, rejected: [], skipped: [{ reason: 'dry run', count: records }] }),
        abort: async () => {},
      };
    },
    dispose: async () => sink.dispose?.(),
  };
}
