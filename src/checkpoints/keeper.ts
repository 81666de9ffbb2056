import type { Clock } from '../time/clock.js';
import { timestampAt } from '../time/timestamp.js';
import type { CheckpointStore } from './checkpoint-store.js';
import type { CheckpointTable } from './checkpoint-table.js';
import { type LastReadings, lastReadings } from './last-readings.js';
import type { RunCheckpointsOptions } from './run-checkpoints.js';

/** Keeps what a run has come to know. */
export interface Keeper {
  readonly readings: LastReadings;
  /** Looks anew at what others have read of a project. Left out where no other process reads. */
  refresh?(projectId: string): void;
  /**
   * Whole or not at all. What changes while it does is kept the next time.
   *
   * @param withReadings false where last readings may lag behind
   */
  save(table: CheckpointTable, withReadings: boolean): Promise<void>;
}

/** Of a run that has its checkpoints alone: as they are in memory, so are they kept. */
export function ownKeeper(
  { store, clock }: { readonly store: CheckpointStore; readonly clock: Clock },
  { source, nowMs, log }: Pick<RunCheckpointsOptions, 'source' | 'nowMs' | 'log'>,
): Keeper {
  const readings = lastReadings(store.readings, source, nowMs, log);
  return {
    readings,
    save: async (table, withReadings) => {
      const document = table.document(timestampAt(clock.now()));
      table.takeChanges(); // all of it is in the document
      // First: a day that is closed is not read again, so that what was read of it would never be known.
      if (withReadings) await readings.save();
      await store.save(document);
    },
  };
}
