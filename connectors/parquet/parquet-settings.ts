import { z } from 'zod';
import { folderOrObjects } from '../../src/config/settings/setting-types.js';

export const parquetSettings = z.strictObject({
  path: folderOrObjects().describe(
    'Folder for the files, relative to the folder of this file; or s3://bucket/prefix',
  ),
  compression: z.enum(['gzip', 'snappy']).default('gzip').describe('How the columns are compressed'),
});

export type ParquetSettings = z.output<typeof parquetSettings>;
