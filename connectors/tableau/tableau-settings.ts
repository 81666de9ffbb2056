import { z } from 'zod';
import { folder } from '../../src/config/settings/setting-types.js';

export const tableauSettings = z.strictObject({
  path: folder().describe('Folder for the CSV files; relative to the working directory'),
  layout: z
    .enum(['single', 'daily'])
    .default('single')
    .describe('single: one CSV file a stream; daily: one file a stream, project and day, for unions'),
  bom: z.boolean().default(false).describe('Begin each file with a byte order mark, as Excel wants it'),
  escape_formulas: z
    .boolean()
    .default(true)
    .describe('Put an apostrophe before text that a spreadsheet would run as a formula'),
});

export type TableauSettings = z.output<typeof tableauSettings>;
