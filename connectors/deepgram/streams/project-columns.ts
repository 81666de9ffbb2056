import { date, required, text } from '../../../src/streams/column.js';

/** The name of this source, as its streams have it and as `source.type` is configured. */
export const DEEPGRAM = 'deepgram';

/** What every stream begins with. */
export const ofProject = { project_id: required(text('Deepgram project')) };

/** What every stream with days begins with. */
export const ofNamedProject = { ...ofProject, project_name: text('Name of the project') };

/** What streams of daily totals begin with. */
export const ofPeriod = {
  ...ofNamedProject,
  date: required(date('UTC day')),
  period_end: date('End of the period, as Deepgram gives it'),
};
