import { z } from 'zod';
import { folder } from '../../src/config/settings/setting-types.js';

export const parquetSettings = z.strictObject({
  path: folder().describe('Folder for the files; relative to the folder of this file'),
  compression: z.enum(['gzip', 'snappy']).default('gzip').describe('How the columns are compressed'),
});

export type ParquetSettings = z.output<typeof parquetSettings>;
