import type { HeldPartition } from '../../src/catalogue/sink.js';
import { ReadingFacts } from '../../src/deliver/reading-facts.js';
import type { Row } from '../../src/streams/field.js';
import type { Stream } from '../../src/streams/stream.js';
import { isJsonObject } from '../../src/text/json-object.js';
import { linesOf } from './archive/archive-lines.js';

/** What is in a file; undefined where it is damaged or cannot be read. */
export async function countLines(
  file: { readonly path: string; readonly gzip: boolean },
  stream: Stream,
  signal: AbortSignal,
): Promise<HeldPartition | undefined> {
  const facts = new ReadingFacts(stream);
  try {
    for await (const lines of linesOf(file, signal)) {
      for (const line of lines) {
        const record: unknown = JSON.parse(line);
        if (!isJsonObject(record)) return undefined;
        facts.add([record as Row]); // safe: only the sums are taken, of what is a number
      }
    }
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
  return { records: facts.records, sums: facts.sums };
}
