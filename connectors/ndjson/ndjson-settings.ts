import { z } from 'zod';
import { folderOrObjects } from '../../src/config/settings/setting-types.js';

export const ndjsonSettings = z.strictObject({
  path: folderOrObjects().describe(
    'Folder for the files, relative to the folder of this file; or s3://bucket/prefix',
  ),
  compression: z.enum(['none', 'gzip']).default('none').describe('How the files are compressed'),
});

export type NdjsonSettings = z.output<typeof ndjsonSettings>;
