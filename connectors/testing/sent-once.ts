import type { Sink } from '../../src/catalogue/sink.js';
import { fileJournal } from '../../src/checkpoints/journal/file-journal.js';
import { AppendWriter } from '../../src/deliver/append-writer.js';
import { silentLog } from '../../src/log/log.js';

/** An append sink as the core uses it: what it has is written down below `root`, and is not given to it again. */
export function sentOnce(sink: Sink, root: string): Sink {
  const journal = fileJournal(root);
  return {
    ...sink,
    begin: async (partition, signal) =>
      new AppendWriter({
        writer: await sink.begin(partition, signal),
        sink,
        partition,
        journal,
        log: silentLog,
        signal,
        onDoubt: () => {},
        left: { delivered: 0, undelivered: 0 },
      }),
  };
}
