import { z } from 'zod';
import type { Day } from '../../time/day.js';
import { byName } from '../by-name.js';
import { CheckpointTable } from '../checkpoint-table.js';
import { type StateDocument, stateSchemas } from './state-document.js';

/** The version that knew one source: by sink, stream and project id. Its streams belong to `source`. */
export function stateVersion1(source: string, firstDay: Day) {
  const { day, openDay, knownDays } = stateSchemas(firstDay);
  const hashedDay = openDay.extend({ hash: z.string() }).transform(({ hash: _, ...found }) => found);
  const streams = byName(byName(knownDays.extend({ open: z.record(day, hashedDay) })));
  return z
    .strictObject({
      version: z.literal(1),
      updated_at: z.string(),
      sinks: byName(z.strictObject({ destination: z.string(), streams })),
    })
    .transform(({ updated_at: updatedAt, sinks }): StateDocument => {
      const table = new CheckpointTable(undefined, source);
      for (const [sink, { destination, streams: ofSink }] of sinks) {
        table.beginSink(sink, destination);
        for (const [stream, projects] of ofSink)
          for (const [projectId, days] of projects) table.set({ sink, stream, projectId }, days);
      }
      return table.document(updatedAt);
    });
}
