import type { RowOf } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';

const fields = [
  { name: 'project_id', type: 'string', role: 'dimension', required: true, description: 'Deepgram project' },
  { name: 'project_name', type: 'string', role: 'dimension', description: 'Name of the project' },
  {
    name: 'request_id',
    type: 'string',
    role: 'dimension',
    required: true,
    description: 'Deepgram’s id of the request',
  },
  {
    name: 'created_at',
    type: 'timestamp',
    role: 'dimension',
    required: true,
    description: 'When the request arrived, UTC',
  },
  {
    name: 'completed_at',
    type: 'timestamp',
    role: 'dimension',
    description: 'When the response was complete, UTC',
  },
  {
    name: 'status',
    type: 'string',
    role: 'dimension',
    required: true,
    description: 'success, error, pending, unknown or lost',
  },
  {
    name: 'settled',
    type: 'boolean',
    role: 'dimension',
    required: true,
    description: 'True when the record will not change any more',
  },
  {
    name: 'endpoint',
    type: 'string',
    role: 'dimension',
    required: true,
    description: 'listen, speak, read, agent or other',
  },
  { name: 'path', type: 'string', role: 'dimension', description: 'Path of the call, without its query' },
  { name: 'method', type: 'string', role: 'dimension', description: 'sync, async or streaming' },
  {
    name: 'deployment',
    type: 'string',
    role: 'dimension',
    description: 'hosted, beta, self-hosted, dedicated, …',
  },
  { name: 'code', type: 'integer', role: 'dimension', description: 'HTTP status of the response' },
  {
    name: 'error_message',
    type: 'string',
    role: 'dimension',
    description: 'What Deepgram said about a failed request',
  },
  { name: 'api_key_id', type: 'string', role: 'dimension', description: 'API key that made the request' },
  { name: 'api_key_name', type: 'string', role: 'dimension', description: 'Comment of that API key' },
  { name: 'model', type: 'string', role: 'dimension', description: 'Readable name of the first model' },
  { name: 'model_ids', type: 'strings', role: 'dimension', description: 'Ids of the models used' },
  {
    name: 'model_names',
    type: 'strings',
    role: 'dimension',
    description: 'Readable names of the models used',
  },
  { name: 'language', type: 'string', role: 'dimension', description: 'Language asked for' },
  { name: 'tier', type: 'string', role: 'dimension', description: 'Pricing tier of the model' },
  {
    name: 'tags',
    type: 'strings',
    role: 'dimension',
    description: 'Tags given by the caller or the API key',
  },
  { name: 'features', type: 'strings', role: 'dimension', description: 'Features used, such as diarize' },
  {
    name: 'audio_seconds',
    type: 'real',
    role: 'measure',
    unit: 'second',
    description: 'Length of the audio',
  },
  {
    name: 'total_audio_seconds',
    type: 'real',
    role: 'measure',
    unit: 'second',
    description: 'Audio processed over all channels',
  },
  { name: 'channels', type: 'integer', role: 'measure', description: 'Audio channels' },
  { name: 'streams', type: 'integer', role: 'measure', description: 'Streams of the request' },
  {
    name: 'cost_usd',
    type: 'real',
    role: 'measure',
    unit: 'dollar',
    description: 'Cost; filled in some time after the request',
  },
  {
    name: 'tokens_in',
    type: 'integer',
    role: 'measure',
    unit: 'token',
    description: 'Input tokens over all features',
  },
  {
    name: 'tokens_out',
    type: 'integer',
    role: 'measure',
    unit: 'token',
    description: 'Output tokens over all features',
  },
  {
    name: 'tts_characters',
    type: 'integer',
    role: 'measure',
    unit: 'character',
    description: 'Characters spoken',
  },
  {
    name: 'latency_ms',
    type: 'real',
    role: 'measure',
    unit: 'millisecond',
    description: 'From created to completed',
  },
  {
    name: 'callback_code',
    type: 'integer',
    role: 'dimension',
    description: 'Status that the callback URL answered',
  },
  {
    name: 'callback_attempts',
    type: 'integer',
    role: 'measure',
    unit: 'attempt',
    description: 'Times the callback was tried',
  },
] as const;

/** The request log: one record a request, kept by Deepgram for 90 days. */
export const requests = {
  name: 'requests',
  description: 'One record a request; Deepgram keeps them for 90 days',
  partitionedBy: 'day',
  key: ['project_id', 'request_id'],
  fields,
} as const satisfies Stream;

export type RequestRow = RowOf<typeof fields>;

export type RequestStatus = 'success' | 'error' | 'pending' | 'unknown' | 'lost';
export type Endpoint = 'listen' | 'speak' | 'read' | 'agent' | 'other';
