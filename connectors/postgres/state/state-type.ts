import { z } from 'zod';
import { defineStateType } from '../../../src/catalogue/state-type.js';
import type { Job } from '../../../src/config/job.js';
import { connectionSettings, saidTwice, saysTlsOnce, schemaName } from '../connection/connection-settings.js';

const settings = z
  .strictObject({
    url: connectionSettings.url,
    // Not the sink's: who drops that begins with the data anew, and dashboards do not read this one.
    schema: schemaName('deepgram_state').describe('Schema for the state; it is made where it is not there'),
    tls: connectionSettings.tls,
  })
  .refine(saysTlsOnce, saidTwice);

export type PostgresStateSettings = z.output<typeof settings>;

/** The state in a schema of PostgreSQL: for machines that keep no files. */
export const postgresStateType = defineStateType({
  settings,
  open: async (settings, context) => {
    const { postgresRows } = await import('./postgres-rows.js');
    return postgresRows(settings, context);
  },
});

/** The settings of a job's state, where it is in PostgreSQL. */
export function configuredState({ state }: Job): PostgresStateSettings | undefined {
  if (state.path !== undefined || state.type !== 'postgres') return undefined;
  // Safe: they have been parsed by the schema of this type.
  return state.settings as PostgresStateSettings;
}
