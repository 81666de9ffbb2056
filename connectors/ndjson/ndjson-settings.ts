import { z } from 'zod';
import { folder } from '../../src/config/settings/setting-types.js';

export const ndjsonSettings = z.strictObject({
  path: folder().describe('Folder for the files; relative to the folder of this file'),
  compression: z.enum(['none', 'gzip']).default('none').describe('How the files are compressed'),
});

export type NdjsonSettings = z.output<typeof ndjsonSettings>;
