import {
  boolean,
  code,
  date,
  integer,
  type RowOf,
  real,
  required,
  text,
  texts,
  timestamp,
} from '../../../src/streams/column.js';
import { defineStream } from '../../../src/streams/stream.js';
import { DEEPGRAM, ofNamedProject } from './project-columns.js';
import { isTagged } from './ungrouped.js';

const requestColumns = {
  ...ofNamedProject,
  request_id: required(text('Deepgram’s id of the request')),
  created_at: required(timestamp('When the request arrived, UTC')),
  completed_at: timestamp('When the response was complete, UTC'),
  status: required(text('success, error, pending, unknown or lost')),
  settled: required(boolean('False while a response, a cost or a callback may still come: 12 hours at most')),
  endpoint: required(text('listen, speak, read, agent or other')),
  path: text('Path of the call, without its query'),
  method: text('sync, async or streaming'),
  deployment: text('hosted, beta, self-hosted, dedicated, …'),
  code: code('HTTP status of the response'),
  error_message: text('What Deepgram said about a failed request'),
  api_key_id: text('API key that made the request'),
  api_key_name: text('Comment of that API key'),
  model: text('Readable name of the first model'),
  model_ids: texts('Ids of the models used'),
  model_names: texts('Readable names of the models used'),
  language: text('Language asked for'),
  tier: text('Pricing tier of the model'),
  tags: texts('Tags given by the caller or the API key'),
  features: texts('Features used, such as diarize'),
  audio_seconds: real('Length of the audio', 'second'),
  total_audio_seconds: real('Audio processed over all channels', 'second'),
  channels: integer('Audio channels'),
  streams: integer('Streams of the request'),
  cost_usd: real(
    'Cost; filled in some time after the request, for projects and keys that Deepgram gives it to',
    'dollar',
  ),
  tokens_in: integer('Input tokens over all features', 'token'),
  tokens_out: integer('Output tokens over all features', 'token'),
  tts_characters: integer('Characters spoken', 'character'),
  latency_ms: real('From created to completed', 'millisecond'),
  callback_code: code('Status that the callback URL answered'),
  callback_attempts: integer('Times the callback was tried', 'attempt'),
  mip_opt_out: boolean('True where the request is kept out of Deepgram’s model improvement program'),
  date: required(date('UTC day of created_at')),
};
export type RequestRow = RowOf<typeof requestColumns>;

/** Days of requests that Deepgram keeps. @see https://developers.deepgram.com/docs/using-logs-usage */
export const RETENTION_DAYS = 90;

/** The request log: one record a request. */
export const requests = defineStream({
  source: DEEPGRAM,
  kind: 'requests',
  name: 'requests',
  description: `One record a request; Deepgram keeps them for ${RETENTION_DAYS} days`,
  use: 'Single requests: what failed and why, how long it took, who asked for what and when. A cost comes hours after its request; what a month costs is in billing.',
  partitionedBy: 'day',
  key: ['project_id', 'request_id'],
  columns: requestColumns,
  sums: ['cost_usd', 'audio_seconds', 'total_audio_seconds', 'tokens_in', 'tokens_out', 'tts_characters'],
  counts: {
    lost: ({ status }) => status === 'lost',
    unsettled: ({ settled }) => settled === false,
    tagged: (row) => row.status === 'success' && isTagged(row),
    tagged_costs: (row) => Number(row.cost_usd) > 0 && isTagged(row),
  },
});

export type RequestStatus = 'success' | 'error' | 'pending' | 'unknown' | 'lost';
export type Endpoint = 'listen' | 'speak' | 'read' | 'agent' | 'other';
