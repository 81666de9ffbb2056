import { z } from 'zod';
import { folder } from '../../src/config/settings/setting-types.js';
import { SPREADSHEET_LOCALES } from './csv/csv-format.js';

export const tableauSettings = z.strictObject({
  path: folder().describe('Folder for the CSV files; relative to the folder of this file'),
  layout: z
    .enum(['single', 'daily'])
    .default('single')
    .describe('single: one CSV file a stream; daily: one file a stream, project and day, for unions'),
  preset: z
    .enum(['tableau', 'spreadsheet'])
    .default('tableau')
    .describe('tableau: for Tableau and other programs; spreadsheet: for people who open the files in Excel'),
  locale: z
    .enum(SPREADSHEET_LOCALES)
    .optional()
    .describe('The country whose separator and decimal sign a spreadsheet expects; en-US by default'),
  bom: z
    .boolean()
    .optional()
    .describe(
      'Begin each file with a byte order mark, as Excel wants it; by default with preset: spreadsheet',
    ),
  escape_formulas: z
    .boolean()
    .default(true)
    .describe('Put an apostrophe before text that a spreadsheet would run as a formula'),
});

export type TableauSettings = z.output<typeof tableauSettings>;

/** The locale says how numbers look in a spreadsheet; for programs they look the same everywhere. */
export function mistakeOf({
  preset,
  locale,
}: TableauSettings): { readonly setting: string; readonly words: string } | undefined {
  return preset !== 'spreadsheet' && locale !== undefined
    ? { setting: 'locale', words: 'is for preset: spreadsheet alone: add that, or remove locale' }
    : undefined;
}
