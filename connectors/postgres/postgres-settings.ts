import { z } from 'zod';
import { duration } from '../../src/config/settings/setting-types.js';
import { connectionSettings, saidTwice, saysTlsOnce, schemaName } from './connection/connection-settings.js';

export const postgresSettings = z
  .strictObject({
    url: connectionSettings.url,
    schema: schemaName('deepgram').describe(
      'Schema for the tables and views; it is made where it is not there',
    ),
    keep: z
      .record(z.string(), duration({ atLeast: '1d', atMost: '36500d' }))
      .default({})
      .describe(
        'For how long records of a stream are kept, such as requests: 400d; what is not named is kept for ever',
      ),
    migrate: z
      .boolean()
      .default(true)
      .describe(
        'False: tables and columns are not made; what is missing is printed as SQL, and the sink fails',
      ),
    tls: connectionSettings.tls,
  })
  .refine(saysTlsOnce, saidTwice);

export type PostgresSettings = z.output<typeof postgresSettings>;
