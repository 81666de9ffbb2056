import type { PartitionCheckpoint } from '../catalogue/partition-checkpoint.js';
import type { HeldPartition, PartitionWriter, Receipt } from '../catalogue/sink.js';
import { type BufferPool, bufferPool } from '../encode/buffer-pool.js';
import { type Dictionary, dictionaryOf } from '../encode/dictionary.js';
import type { GroupedRow } from '../encode/group-table.js';
import type { Stream } from '../streams/stream.js';
import { ReadingFacts } from './reading-facts.js';

/** Makes of records what a sink writes: the same for the same records in the same order. */
export interface Encoder<Encoded> {
  encode(records: readonly GroupedRow[]): Encoded;
}

/** What is left to do for a sink whose records are encoded before they come to it. */
export interface EncodedTarget<Encoded> {
  /** Resolves when it can take more; the memory of what was encoded is then written over. */
  write(encoded: Encoded): Promise<void>;
  /**
   * @param records that were written
   * @param sums of their fields that the stream wants to be summed
   * @param checkpoint see `PartitionWriter`
   */
  commit(records: number, sums: HeldPartition['sums'], checkpoint?: PartitionCheckpoint): Promise<Receipt>;
  abort: PartitionWriter['abort'];
}

/** Makes a writer of a partition out of what is left to do for it. */
export type EncodedWriter<Encoded> = (target: EncodedTarget<Encoded>) => PartitionWriter;

/**
 * The streams of a sink that writes what an encoder makes. Each has one encoder, made when it is needed first, for all
 * of its partitions.
 */
export function encodedStreams<Encoded>(
  make: (dictionary: Dictionary) => Encoder<Encoded>,
  pool: BufferPool = bufferPool,
): (stream: Stream) => EncodedWriter<Encoded> {
  // By the stream itself: an encoder memoizes by the groups of one dictionary, and must be given their records.
  const encoders = new Map<Stream, Encoder<Encoded>>();
  return (stream) => {
    const dictionary = dictionaryOf(stream);
    const encoder = encoders.get(stream) ?? make(dictionary);
    encoders.set(stream, encoder);
    return (target) => {
      const facts = new ReadingFacts(stream);
      return {
        write: async (batch) => {
          const encoded = encoder.encode(dictionary.groupRows(batch));
          await target.write(encoded);
          pool.release(encoded);
          facts.add(batch);
        },
        commit: (checkpoint) => target.commit(facts.records, facts.sums, checkpoint),
        abort: (reason) => target.abort(reason),
      };
    };
  };
}
