import type { Field, RowOf } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { period } from './period.js';

const measures = [
  { name: 'hours', type: 'real', role: 'measure', unit: 'hour', description: 'Audio hours processed' },
  {
    name: 'total_hours',
    type: 'real',
    role: 'measure',
    unit: 'hour',
    description: 'Hours with all processing (channels, replays)',
  },
  { name: 'agent_hours', type: 'real', role: 'measure', unit: 'hour', description: 'Voice agent hours' },
  { name: 'tokens_in', type: 'integer', role: 'measure', unit: 'token', description: 'Input tokens' },
  { name: 'tokens_out', type: 'integer', role: 'measure', unit: 'token', description: 'Output tokens' },
  {
    name: 'tts_characters',
    type: 'integer',
    role: 'measure',
    unit: 'character',
    description: 'Characters spoken',
  },
  {
    name: 'tts_requests',
    type: 'integer',
    role: 'measure',
    unit: 'request',
    description: 'Text-to-speech requests',
  },
  { name: 'requests', type: 'integer', role: 'measure', unit: 'request', description: 'Requests' },
] as const;

const usageFields = [...period, ...measures] as const;

/** Totals a day, kept by Deepgram without limit. */
export const usage = {
  name: 'usage',
  description: 'Usage of a project, one record a day',
  partitionedBy: 'day',
  key: ['project_id', 'date'],
  fields: usageFields,
} as const satisfies Stream;

export type UsageRow = RowOf<typeof usageFields>;

/** What one usage breakdown can be grouped by: one of these a call. */
export const usageGroupings = [
  'accessor',
  'endpoint',
  'feature_set',
  'models',
  'method',
  'tags',
  'deployment',
] as const;
export type UsageGrouping = (typeof usageGroupings)[number];

/** The columns of each grouping; the first ones tell its groups apart. */
const groupColumns = {
  accessor: {
    key: ['accessor'],
    fields: [
      { name: 'accessor', type: 'string', role: 'dimension', description: 'API key id' },
      { name: 'api_key_name', type: 'string', role: 'dimension', description: 'Comment of that API key' },
    ],
  },
  endpoint: {
    key: ['endpoint'],
    fields: [
      { name: 'endpoint', type: 'string', role: 'dimension', description: 'listen, speak, read or agent' },
    ],
  },
  feature_set: {
    key: ['feature_set'],
    fields: [
      { name: 'feature_set', type: 'string', role: 'dimension', description: 'Features used together' },
    ],
  },
  models: {
    key: ['model_ids'],
    fields: [
      { name: 'model', type: 'string', role: 'dimension', description: 'Readable name of the model' },
      // Several versions share a readable name, so the name alone would not be a key.
      {
        name: 'model_ids',
        type: 'strings',
        role: 'dimension',
        description: 'Ids of the models of this group',
      },
    ],
  },
  method: {
    key: ['method'],
    fields: [{ name: 'method', type: 'string', role: 'dimension', description: 'sync, async or streaming' }],
  },
  tags: {
    key: ['tags'],
    fields: [
      {
        name: 'tags',
        type: 'strings',
        role: 'dimension',
        description: 'Tags used together: a set is one group',
      },
    ],
  },
  deployment: {
    key: ['deployment'],
    fields: [
      { name: 'deployment', type: 'string', role: 'dimension', description: 'hosted, beta, self-hosted, …' },
    ],
  },
} as const satisfies Record<UsageGrouping, { key: readonly string[]; fields: readonly Field[] }>;

/** The usage stream broken down by one grouping: `usage_by_endpoint`, … */
export function usageBy(grouping: UsageGrouping): Stream {
  const { key, fields } = groupColumns[grouping];
  return {
    name: `usage_by_${grouping}`,
    description: `Usage of a project by ${grouping.replace('_', ' ')}, one record a day and group`,
    partitionedBy: 'day',
    key: ['project_id', 'date', ...key],
    fields: [...period, ...fields, ...measures],
  };
}
