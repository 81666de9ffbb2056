import type { Field, RowOf } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';

const project = [
  { name: 'project_id', type: 'string', role: 'dimension', required: true, description: 'Deepgram project' },
] as const;

/** What is left to spend: Deepgram gives the present only, so each run adds its day. */
export const balances = {
  name: 'balances',
  description: 'Balances of a project as seen on a day',
  partitionedBy: 'day',
  observedOnly: true,
  key: ['project_id', 'date', 'balance_id'],
  fields: [
    ...project,
    { name: 'project_name', type: 'string', role: 'dimension', description: 'Name of the project' },
    { name: 'date', type: 'date', role: 'dimension', required: true, description: 'UTC day of the look' },
    {
      name: 'observed_at',
      type: 'timestamp',
      role: 'dimension',
      required: true,
      description: 'Moment of the look, UTC',
    },
    {
      name: 'balance_id',
      type: 'string',
      role: 'dimension',
      required: true,
      description: 'Deepgram’s id of the balance',
    },
    { name: 'amount', type: 'real', role: 'measure', description: 'What is left, in the units beside it' },
    { name: 'units', type: 'string', role: 'dimension', description: 'Unit of the amount, such as USD' },
    {
      name: 'purchase_order_id',
      type: 'string',
      role: 'dimension',
      description: 'Purchase that the balance comes from',
    },
  ],
} as const satisfies Stream;
export type BalanceRow = RowOf<(typeof balances)['fields']>;

export const purchases = {
  name: 'purchases',
  description: 'Purchases of a project',
  partitionedBy: 'snapshot',
  key: ['project_id', 'order_id'],
  fields: [
    ...project,
    {
      name: 'order_id',
      type: 'string',
      role: 'dimension',
      required: true,
      description: 'Deepgram’s id of the order',
    },
    { name: 'created_at', type: 'timestamp', role: 'dimension', description: 'When it was bought, UTC' },
    { name: 'expires_at', type: 'timestamp', role: 'dimension', description: 'When it expires, UTC' },
    { name: 'amount', type: 'real', role: 'measure', description: 'What was bought, in the units beside it' },
    { name: 'units', type: 'string', role: 'dimension', description: 'Unit of the amount, such as USD' },
    {
      name: 'order_type',
      type: 'string',
      role: 'dimension',
      description: 'Kind of the order, such as promotional',
    },
  ],
} as const satisfies Stream;
export type PurchaseRow = RowOf<(typeof purchases)['fields']>;

export const projects = {
  name: 'projects',
  description: 'Projects of the account',
  partitionedBy: 'snapshot',
  key: ['project_id'],
  fields: [
    ...project,
    { name: 'name', type: 'string', role: 'dimension', description: 'Name of the project' },
  ],
} as const satisfies Stream;

const apiKeyFields = [
  ...project,
  {
    name: 'api_key_id',
    type: 'string',
    role: 'dimension',
    required: true,
    description: 'Deepgram’s id of the key, not the key',
  },
  { name: 'name', type: 'string', role: 'dimension', description: 'Comment of the key' },
  { name: 'scopes', type: 'strings', role: 'dimension', description: 'What the key may do' },
  { name: 'created_at', type: 'timestamp', role: 'dimension', description: 'When the key was made, UTC' },
  { name: 'member_id', type: 'string', role: 'dimension', description: 'Member who owns the key' },
] as const;

const memberEmail = {
  name: 'member_email',
  type: 'string',
  role: 'dimension',
  personal: true,
  description: 'E-mail address of that member',
} as const satisfies Field;

/** The keys of a project; e-mail addresses only when asked for. */
export function apiKeys(options: { readonly includeEmails: boolean }): Stream {
  return {
    name: 'api_keys',
    description: 'API keys of a project (ids and comments, never the keys)',
    partitionedBy: 'snapshot',
    key: ['project_id', 'api_key_id'],
    fields: options.includeEmails ? [...apiKeyFields, memberEmail] : apiKeyFields,
  };
}
export type ApiKeyRow = RowOf<typeof apiKeyFields> & { readonly member_email?: string | null };

export const models = {
  name: 'models',
  description: 'Models that a project can use or has used',
  partitionedBy: 'snapshot',
  key: ['project_id', 'model_id'],
  fields: [
    ...project,
    {
      name: 'model_id',
      type: 'string',
      role: 'dimension',
      required: true,
      description: 'Deepgram’s id of the model',
    },
    { name: 'name', type: 'string', role: 'dimension', description: 'Name of the model' },
    {
      name: 'canonical_name',
      type: 'string',
      role: 'dimension',
      description: 'Full name, such as nova-3-general',
    },
    { name: 'kind', type: 'string', role: 'dimension', description: 'stt or tts' },
    { name: 'languages', type: 'strings', role: 'dimension', description: 'Languages it knows' },
    { name: 'version', type: 'string', role: 'dimension', description: 'Version of the model' },
  ],
} as const satisfies Stream;
export type ModelRow = RowOf<(typeof models)['fields']>;
