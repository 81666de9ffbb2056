import type { Sink } from '../catalogue/sink.js';

/** Stands for a sink in a dry run: wants what it wants, counts, and delivers nothing. */
export function countingSink(sink: Sink): Sink {
  return {
    name: sink.name,
    capabilities: sink.capabilities,
    check: (signal) => sink.check(signal),
    isEmpty: async () => (await sink.isEmpty?.()) ?? false,
    ...(sink.estimate === undefined ? {} : { estimate: sink.estimate }),
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
    close: async () => ({ facts: {}, notes: [] }),
  };
}
