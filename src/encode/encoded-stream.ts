import type { PartitionWriter, Receipt } from '../catalogue/sink.js';
import type { Stream } from '../streams/stream.js';
import { bufferPool } from './buffer-pool.js';
import { type FacetedRow, type Facets, facetsOf } from './dictionary.js';

/** Makes of records what a sink writes: the same for the same records in the same order. */
export interface Encoder<Encoded> {
  encode(records: readonly FacetedRow[]): Encoded;
}

/** What is left to do for a sink whose records are encoded before they come to it. */
export interface EncodedTarget<Encoded> {
  /** Resolves when it can take more; the memory of what was encoded is then written over. */
  write(encoded: Encoded): Promise<void>;
  /** @param records that were written */
  commit(records: number): Promise<Receipt>;
  abort: PartitionWriter['abort'];
}

/** Makes a writer of a partition out of what is left to do for it. */
export type EncodedWriter<Encoded> = (target: EncodedTarget<Encoded>) => PartitionWriter;

/**
 * The streams of a sink that writes what an encoder makes. Each has one encoder, made when it is needed first, for all
 * of its partitions.
 */
export function encodedStreams<Encoded>(
  make: (facets: Facets) => Encoder<Encoded>,
): (stream: Stream) => EncodedWriter<Encoded> {
  // By the stream itself: an encoder and the records that it is given must be of the same facets.
  const encoders = new Map<Stream, Encoder<Encoded>>();
  return (stream) => {
    const facets = facetsOf(stream);
    const encoder = encoders.get(stream) ?? make(facets);
    encoders.set(stream, encoder);
    return (target) => {
      let records = 0;
      return {
        write: async (batch) => {
          const encoded = encoder.encode(facets.of(batch));
          await target.write(encoded);
          bufferPool.release(encoded);
          records += batch.length;
        },
        commit: () => target.commit(records),
        abort: (reason) => target.abort(reason),
      };
    };
  };
}
