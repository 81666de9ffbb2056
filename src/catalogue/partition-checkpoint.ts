import type { RowKey, StateRow } from './state-row.js';

/**
 * What the state says of a partition once a sink has it. A sink that can write to where the state is writes it in the very
 * transaction that commits the partition, and then no kill comes in between. Any other leaves it alone: it is kept a little
 * later. A partition with records that were rejected is not to be kept so.
 */
export interface PartitionCheckpoint {
  /** What the state's type has for sinks that write with it; who does not know it leaves the checkpoint alone. */
  readonly writer: object;
  /** The rows of the state that it is about. */
  readonly keys: readonly RowKey[];
  /** What is to be written, by what is there in that transaction. Pure: a transaction may be done again. */
  rows(found: (key: RowKey) => StateRow | undefined): readonly StateRow[];
}
