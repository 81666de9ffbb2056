import { z } from 'zod';
import { folder, secret, serviceUrl, text } from '../../src/config/settings/setting-types.js';

export const tableauPublishSettings = z.strictObject({
  url: serviceUrl().describe(
    'Address of Tableau Server or of the pod of Tableau Cloud, such as https://10ay.online.tableau.com',
  ),
  site: z
    .string()
    .regex(/^[\w-]*$/, 'must be the part after /site/ in the address of its pages')
    .default('')
    .describe('The part after /site/ in the address of its pages; left out for the default site of a server'),
  token_name: text().describe('Name of the personal access token'),
  token_secret: secret().describe('The token itself; it is used by this job alone'),
  project: text().describe(
    'Project that the data sources go to, by its name, or by its path as Parent/Child',
  ),
  path: folder().describe(
    'Folder for what is published, which is kept between runs; relative to the folder of this file',
  ),
  as: z
    .enum(['parquet', 'tdsx'])
    .default('parquet')
    .describe('parquet: one data source a table; tdsx: one for all tables, with their relationships'),
  prefix: z
    .string()
    .max(100)
    .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters or line breaks')
    .default('Deepgram ')
    .describe('What the names of the data sources begin with'),
  updates: z
    .enum(['changes', 'replace'])
    .default('changes')
    .describe(
      'changes: only what has changed is sent, and what people have added stays; replace: a table that has changed is published anew',
    ),
});

export type TableauPublishSettings = z.output<typeof tableauPublishSettings>;
