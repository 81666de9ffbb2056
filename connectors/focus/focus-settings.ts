import { z } from 'zod';
import { folder } from '../../src/config/settings/setting-types.js';
import { breakdownSetting } from '../deepgram/streams/billing-breakdown.js';

export const focusSettings = z.strictObject({
  path: folder().describe('Folder for the cost files; relative to the folder of this file'),
  breakdown: breakdownSetting(),
  escape_formulas: z
    .boolean()
    .default(true)
    .describe('Put an apostrophe before text that a spreadsheet would run as a formula'),
});

export type FocusSettings = z.output<typeof focusSettings>;
