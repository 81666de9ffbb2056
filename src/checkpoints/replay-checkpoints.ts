import { CheckpointTable } from './checkpoint-table.js';
import { type CheckpointedSink, type Checkpoints, windowOnly } from './checkpoints.js';
import { readAfter } from './day-rules.js';
import type { RunCheckpointsOptions } from './run-checkpoints.js';

/**
 * For a delivery that leaves the checkpoints as they are: the whole window is lacking, and what a sink has of a later
 * reading than the source's is known.
 */
export async function replayCheckpoints({
  store,
  source,
  destinations,
  lookbackMs,
}: Pick<RunCheckpointsOptions, 'store' | 'source' | 'destinations' | 'lookbackMs'>): Promise<Checkpoints> {
  const table = new CheckpointTable(await store.load(), source);
  const withoutPast = new Set<string>();
  /** What is remembered of a sink only holds for the place it delivered to, and as long as that is not emptied. */
  const hasItsPast = async (sink: CheckpointedSink) =>
    table.knows(sink.name, destinations.get(sink.name) ?? '') && !(await sink.isEmpty());
  return {
    ...windowOnly,
    startRun: async ({ sinks }) => {
      for (const sink of sinks) if (!(await hasItsPast(sink))) withoutPast.add(sink.name);
    },
    isNewerThan: (key, day, thanMs) =>
      !withoutPast.has(key.sink) && readAfter(table.get(key), day, thanMs, lookbackMs),
  };
}
