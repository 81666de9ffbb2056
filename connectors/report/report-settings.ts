import { z } from 'zod';
import { folder } from '../../src/config/settings/setting-types.js';

export const reportSettings = z.strictObject({
  path: folder()
    .refine((value) => /\.html?$/i.test(value), 'must end with .html: it is the page that people open')
    .describe(
      'The page, an HTML file; relative to the folder of this file. Its totals are kept in <path>.parts/',
    ),
  months: z
    .int()
    .min(1, 'must be from 1 to 60')
    .max(60, 'must be from 1 to 60')
    .default(13)
    .describe('Months that the page shows, the present one included'),
  requests: z
    .int()
    .min(0, 'must be from 0 to 5000')
    .max(5_000, 'must be from 0 to 5000')
    .default(500)
    .describe(
      'Requests that the page lists at most: the last ones, and a fifth as many of the last that failed',
    ),
});

export type ReportSettings = z.output<typeof reportSettings>;
