import { type Columns, integer, type RowOf, real, text, texts } from '../../../src/streams/column.js';
import { defineStream, type Stream } from '../../../src/streams/stream.js';
import { groupNotes } from './group-notes.js';
import { DEEPGRAM, ofPeriod } from './project-columns.js';
import { countsOf } from './ungrouped.js';

const measures = {
  hours: real('Audio hours processed', 'hour'),
  total_hours: real('Hours with all processing (channels, replays)', 'hour'),
  agent_hours: real('Voice agent hours', 'hour'),
  tokens_in: integer('Input tokens', 'token'),
  tokens_out: integer('Output tokens', 'token'),
  tts_characters: integer('Characters spoken', 'character'),
  tts_requests: integer('Text-to-speech requests', 'request'),
  requests: integer('Requests', 'request'),
};

export type UsageRow = RowOf<typeof ofPeriod & typeof measures>;

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

/** The columns of each grouping, and the one that tells its groups apart. */
const groups = {
  accessor: {
    key: 'accessor',
    columns: { accessor: text('API key id'), api_key_name: text('Comment of that API key') },
  },
  endpoint: { key: 'endpoint', columns: { endpoint: text('listen, speak, read or agent') } },
  feature_set: { key: 'feature_set', columns: { feature_set: text('Features used together') } },
  models: {
    // Several versions share a readable name, so the name alone would not be a key.
    key: 'model_ids',
    columns: {
      model: text('Readable name of the model'),
      model_ids: texts('Ids of the models of this group'),
    },
  },
  method: { key: 'method', columns: { method: text('sync, async or streaming') } },
  tags: { key: 'tags', columns: { tags: texts('Tags used together: a set is one group') } },
  deployment: { key: 'deployment', columns: { deployment: text('hosted, beta, self-hosted, …') } },
} as const satisfies Record<UsageGrouping, { readonly key: string; readonly columns: Columns }>;

const totals = {
  source: DEEPGRAM,
  kind: 'usage',
  partitionedBy: 'day',
  followsTotals: true,
} as const;

/** Totals a day, kept by Deepgram without limit. */
export const usage = defineStream({
  ...totals,
  name: 'usage',
  description: 'Usage of a project, one record a day',
  use: 'How much was used, as Deepgram counts it, for as long as the account is old; no cost and no single requests.',
  key: ['project_id', 'date'],
  columns: { ...ofPeriod, ...measures },
  sums: ['hours', 'requests', 'total_hours', 'tokens_in', 'tokens_out', 'tts_characters'],
  spent: { measure: 'hours' },
});

/** Broken down by one grouping: `usage_by_endpoint`, … */
export function usageBy(grouping: UsageGrouping): Stream {
  const { key, columns } = groups[grouping];
  return defineStream<Columns>({
    ...totals,
    groupings: [grouping],
    name: `usage_by_${grouping}`,
    description: `Usage of a project by ${grouping.replace('_', ' ')}, one record a day and group`,
    use: `What was used most. ${groupNotes('usage', [grouping])}`,
    key: ['project_id', 'date', key],
    columns: { ...ofPeriod, ...columns, ...measures },
    sums: ['hours', 'requests'],
    counts: countsOf([grouping]),
    ...(grouping === 'models' ? { spent: { measure: 'hours', on: ['model'] } } : {}),
  });
}
