import { z } from 'zod';
import { isObjectUrl, objectPlaceOf } from '../../files/location.js';
import { duration, folderOrObjects, text } from './setting-types.js';

/** The parts of a configuration file, version 1, that are the core's. What its source and sinks add is theirs. */

export const versionSetting = z
  .literal(1, {
    error: ({ input }) =>
      input === undefined ? 'is missing: write version: 1' : 'must be 1, the version that this program reads',
  })
  .describe('Version of this format');

/** What every source takes beside its type and the settings of that. */
export const everySource = z.strictObject({
  projects: z
    .union([z.literal('all'), z.array(text()).min(1, 'must name a project, or be all')], {
      error: 'must be all, or a list of project ids or names',
    })
    .default('all')
    .describe('all, or a list of project ids or names'),
});

/** What every sink takes likewise. The deadline is in milliseconds. */
export const everySink = z.strictObject({
  streams: z
    .array(text())
    .min(1, 'must name a stream')
    .optional()
    .describe('The streams that it gets, such as requests or usage_by_endpoint; all by default'),
  required: z.boolean().default(true).describe('False: its failure is reported and does not fail the run'),
  deadline: duration({ atLeast: '1s', atMost: '1d' })
    .prefault('5m')
    .describe('Time that one call of the sink may take'),
  missing: z
    .enum(['deliver', 'leave'])
    .default('deliver')
    .describe(
      'deliver: what is missing there although it was delivered is delivered again; leave: for files that are moved away',
    ),
});

export const sinkName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,23}$/, {
  error: 'a sink’s name begins with a letter and has up to 24 letters, digits, "_" and "-"',
});

/** The type of a state that names none. */
export const FILE_STATE = 'file';
/** Where it is by default. */
export const STATE_PATH = '.deepgram-export/state.json';

export const fileStateSettings = z.strictObject({
  path: folderOrObjects()
    .refine(
      (value) => !isObjectUrl(value) || objectPlaceOf(value).prefix !== '',
      'must name an object of the bucket, as s3://bucket/prefix/state.json',
    )
    .default(STATE_PATH)
    .describe(
      'File that says what every sink has, relative to the folder of this file; or s3://bucket/prefix/state.json',
    ),
});

const DOLLARS = 'must be a number of dollars from 0.01 to 1,000,000,000';

function dollars() {
  return z.number(DOLLARS).min(0.01, DOLLARS).max(1e9, DOLLARS);
}

export const budgetSettings = z
  .strictObject({
    daily: dollars().optional().describe('Dollars that a UTC day may cost'),
    monthly: dollars().optional().describe('Dollars that a month may cost'),
  })
  .refine(({ daily, monthly }) => daily !== undefined || monthly !== undefined, 'must have daily or monthly')
  .describe(
    'Dollars that all projects of this job together may cost; for alarms, and for --fail-over-budget',
  );

/** Dollars; one of them at least is there. */
export type BudgetSettings = z.output<typeof budgetSettings>;
