import { appendWriter } from '../../src/pipeline/append-writer.js';
import type { Sink } from '../../src/pipeline/sink.js';
import { silentLog } from '../../src/report/log.js';
import { AppendLedger } from '../../src/state/append-ledger.js';

/** An append sink as the core uses it: what it has is written down below `root`, and is not given to it again. */
export function sentOnce(sink: Sink, root: string): Sink {
  const ledger = new AppendLedger(root);
  return {
    ...sink,
    begin: async (partition, signal) =>
      appendWriter({
        writer: await sink.begin(partition, signal),
        sink,
        partition,
        ledger,
        log: silentLog,
        signal,
        onDoubt: () => {},
      }),
  };
}
