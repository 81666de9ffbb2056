import { forEachConcurrent } from '../../../src/deliver/for-each-concurrent.js';
import type { Output } from '../../../src/files/output.js';
import type { Stream } from '../../../src/streams/stream.js';

/** What says an engine the types of a stream's fields, by the ending of its file: `duckdb.sql`. */
export type Schemas = Readonly<Record<string, (stream: Stream) => string>>;

/** Far beyond what a stream's fields take, in bytes. */
const MOST_BYTES = 1024 * 1024;

/** Each waits for the disk when it is written. */
const STREAMS_AT_ONCE = 4;

/**
 * Writes `<folder>/_schema/<stream>.<engine>` of these streams: outside of the folders of data, in which engines read
 * every file. What is there already is not written.
 */
export async function writeSchemas(
  output: Output,
  streams: readonly Stream[],
  schemas: Schemas,
): Promise<void> {
  await forEachConcurrent(STREAMS_AT_ONCE, streams, async (stream) => {
    for (const [ending, schemaOf] of Object.entries(schemas)) {
      const segments = ['_schema', `${stream.name}.${ending}`];
      const text = schemaOf(stream);
      if ((await output.readShort(segments, MOST_BYTES)) === text) continue;
      await output.replaceFile(segments, (file) => file.write(text));
    }
  });
}
