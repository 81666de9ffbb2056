import { z } from 'zod';
import { duration, folder, text } from '../../src/config/settings/setting-types.js';
import { databaseUrl } from './connection/database-url.js';

const IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/;

const tls = z
  .strictObject({
    ca: folder()
      .optional()
      .describe(
        'File with the certificates (PEM) that the server’s is held against; those of Node by default',
      ),
    verify: z
      .enum(['full', 'chain', 'none'], { error: 'must be full, chain or none' })
      .default('full')
      .describe('full: the certificate and its name; chain: the certificate alone; none: neither'),
  })
  .optional()
  .describe(
    'Encrypts the connection, and looks at the server’s certificate; `{}` is enough where a public authority signed it',
  );

export const postgresSettings = z
  .strictObject({
    url: databaseUrl().describe(
      `Where the database is, best written as \${DATABASE_URL}: postgres://user:password@host:5432/database`,
    ),
    schema: text()
      .regex(IDENTIFIER, {
        error: 'must be lower-case letters, digits and "_", begin with a letter, and have at most 63 of them',
        abort: true,
      })
      .refine((name) => !/^pg_|^information_schema$/.test(name), 'must not be a schema of PostgreSQL’s own')
      .default('deepgram')
      .describe('Schema for the tables and views; it is made where it is not there'),
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
    tls,
  })
  .refine(({ url, tls }) => tls === undefined || url.tls === undefined, {
    path: ['tls'],
    error: 'is said twice: `url` has an sslmode; leave one of them out',
  });

export type PostgresSettings = z.output<typeof postgresSettings>;
