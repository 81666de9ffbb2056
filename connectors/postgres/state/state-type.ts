import { z } from 'zod';
import { defineStateType } from '../../../src/catalogue/state-type.js';
import { connectionSettings, saidTwice, saysTlsOnce, schemaName } from '../connection/connection-settings.js';

/** The state in a schema of PostgreSQL: for machines that keep no files. */
export const postgresStateType = defineStateType({
  settings: z
    .strictObject({
      url: connectionSettings.url,
      // Not the sink's: who drops that begins with the data anew, and dashboards do not read this one.
      schema: schemaName('deepgram_state').describe('Schema for the state; it is made where it is not there'),
      tls: connectionSettings.tls,
    })
    .refine(saysTlsOnce, saidTwice),
  open: async (settings, context) => {
    const { postgresRows } = await import('./postgres-rows.js');
    return postgresRows(settings, context);
  },
});
