import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../time/clock.js';
import { timestampAt } from '../../time/timestamp.js';
import type { CheckpointStore, SharedStore } from '../checkpoint-store.js';
import type { TableChanges } from '../checkpoint-table.js';
import type { Keeper } from '../keeper.js';
import type { RunCheckpointsOptions } from '../run-checkpoints.js';
import { sharedReadings } from './shared-readings.js';

/** Of a run that shares its checkpoints: what it has changed is put into what is there, and what comes of it is taken over. */
export function sharedKeeper(
  {
    store,
    shared,
    clock,
  }: { readonly store: CheckpointStore; readonly shared: SharedStore; readonly clock: Clock },
  { source, nowMs, log }: Pick<RunCheckpointsOptions, 'source' | 'nowMs' | 'log'>,
): Keeper {
  const readings = sharedReadings(store.readings, shared, source, nowMs, log);
  let isTidy = false;
  let keptRun: TableChanges['ciRun'];
  return {
    readings,
    refresh: readings.refresh,
    save: async (table) => {
      // Both at once: a day that is closed is not read again, so that what was read of it would never be known.
      const changes = table.takeChanges();
      const changedReadings = await readings.takeChanges();
      const isSame = isDeepStrictEqual(changes.sinks.base, changes.sinks.mine) && changes.ciRun === keptRun;
      if (isSame && changes.rows.length === 0 && changedReadings.length === 0) return;
      try {
        const updatedAt = timestampAt(clock.now());
        table.keep(await shared.save({ table: changes, readings: changedReadings, updatedAt }));
        keptRun = changes.ciRun;
        readings.kept();
      } catch (error) {
        table.putBack(changes);
        readings.putBack(changedReadings);
        throw error;
      }
      if (isTidy) return;
      isTidy = true;
      await readings.tidy();
    },
  };
}
