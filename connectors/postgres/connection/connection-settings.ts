import { z } from 'zod';
import { folder, text } from '../../../src/config/settings/setting-types.js';
import { databaseUrl } from './database-url.js';

const IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/;

/** What every connection takes. */
export const connectionSettings = {
  url: databaseUrl().describe(
    `Where the database is, best written as \${DATABASE_URL}: postgres://user:password@host:5432/database`,
  ),
  tls: z
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
    ),
};

/** @param fallback its name where none is given */
export function schemaName(fallback: string) {
  return text()
    .regex(IDENTIFIER, {
      error: 'must be lower-case letters, digits and "_", begin with a letter, and have at most 63 of them',
      abort: true,
    })
    .refine((name) => !/^pg_|^information_schema$/.test(name), 'must not be a schema of PostgreSQL’s own')
    .default(fallback);
}

/** What is wrong with them together; undefined where nothing is. */
export const saidTwice = {
  path: ['tls'],
  error: 'is said twice: `url` has an sslmode; leave one of them out',
};

export function saysTlsOnce({ url, tls }: ConnectionSettings): boolean {
  return tls === undefined || url.tls === undefined;
}

/** Where a database is, and how to connect to it. */
export type ConnectionSettings = z.output<z.ZodObject<typeof connectionSettings>>;
