import { z } from 'zod';
import { folderOrObjects } from '../../src/config/settings/setting-types.js';
import { isObjectUrl } from '../../src/files/location.js';
import { SPREADSHEET_LOCALES } from './csv/csv-format.js';

export const tableauSettings = z.strictObject({
  path: folderOrObjects().describe(
    'Folder for the CSV files, relative to the folder of this file; or s3://bucket/prefix, with layout: daily',
  ),
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
  source: z
    .boolean()
    .default(true)
    .describe('Write deepgram.tds, a data source that Tableau opens, beside the tables of layout: single'),
  package: z
    .boolean()
    .default(false)
    .describe('Write deepgram.tdsx as well, the data source with a copy of every table in it'),
  workbook: z
    .boolean()
    .default(false)
    .describe(
      'Write deepgram.twbx as well, sheets and a dashboard for Tableau 2026.1 and later, with the tables',
    ),
});

export type TableauSettings = z.output<typeof tableauSettings>;

/** Whether the tables are such as a data source can have: each in one file, in the form that Tableau reads. */
export function fitSource({ layout, preset }: TableauSettings): boolean {
  return layout === 'single' && preset === 'tableau';
}

export function mistakeOf(
  settings: TableauSettings,
): { readonly setting: string; readonly words: string } | undefined {
  // It says how numbers look in a spreadsheet; for programs they look the same everywhere.
  if (settings.preset !== 'spreadsheet' && settings.locale !== undefined) {
    return { setting: 'locale', words: 'is for preset: spreadsheet alone: add that, or remove locale' };
  }
  if (settings.layout === 'single' && isObjectUrl(settings.path)) {
    return {
      setting: 'path',
      words: 'is for layout: daily: a file that is put together of others is made in a folder',
    };
  }
  const asked = (['package', 'workbook'] as const).find((setting) => settings[setting]);
  if (asked === undefined || fitSource(settings)) return undefined;
  return {
    setting: asked,
    words: 'is for layout: single with preset: tableau, whose tables a data source can have',
  };
}
