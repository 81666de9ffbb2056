import {
  boolean,
  type Columns,
  date,
  personal,
  type RowOf,
  real,
  required,
  text,
  texts,
  timestamp,
} from '../../../src/streams/column.js';
import { defineStream, type Stream } from '../../../src/streams/stream.js';
import { DEEPGRAM, ofNamedProject, ofProject } from './project-columns.js';

const balanceColumns = {
  ...ofNamedProject,
  date: required(date('UTC day of the look')),
  observed_at: required(timestamp('Moment of the look, UTC')),
  balance_id: required(text('Deepgram’s id of the balance')),
  amount: real('What is left, in the units beside it'),
  units: text('Unit of the amount, such as USD'),
  purchase_order_id: text('Purchase that the balance comes from'),
};
export type BalanceRow = RowOf<typeof balanceColumns>;

/** What is left to spend: Deepgram gives the present only, so each run adds its day. */
export const balances = defineStream({
  source: DEEPGRAM,
  kind: 'balances',
  name: 'balances',
  description: 'Balances of a project as seen on a day',
  use: 'What credit was left when a run looked. Deepgram has no past ones, so it begins with the first run.',
  partitionedBy: 'day',
  observedOnly: true,
  key: ['project_id', 'date', 'balance_id'],
  columns: balanceColumns,
  sums: ['amount'],
  counts: { dollars: ({ units }) => typeof units === 'string' && units.toLowerCase() === 'usd' },
});

const purchaseColumns = {
  ...ofProject,
  order_id: required(text('Deepgram’s id of the order')),
  created_at: timestamp('When it was bought, UTC'),
  expires_at: timestamp('When it expires, UTC'),
  amount: real('What was bought, in the units beside it'),
  units: text('Unit of the amount, such as USD'),
  order_type: text('Kind of the order, such as promotional'),
};
export type PurchaseRow = RowOf<typeof purchaseColumns>;

export const purchases = snapshot({
  name: 'purchases',
  description: 'Purchases of a project',
  use: 'What credit was bought or given, and when it expires.',
  ids: ['order_id'],
  columns: purchaseColumns,
});

const projectColumns = {
  ...ofProject,
  name: text('Name of the project'),
  mip_opt_out: boolean('True where its requests are kept out of Deepgram’s model improvement program'),
};
export type ProjectRow = RowOf<typeof projectColumns>;

export const projects = snapshot({
  name: 'projects',
  description: 'Projects of the account',
  use: 'The name of each project_id as it is now; records carry the name of their own day.',
  ids: [],
  columns: projectColumns,
});

/** What may be there no more, and is named by records all the same. */
const ofListed = { last_seen: date('Day of the last list that had it; null while it is listed') };

const apiKeyColumns = {
  ...ofProject,
  api_key_id: required(text('Deepgram’s id of the key, not the key')),
  name: text('Comment of the key'),
  scopes: texts('What the key may do'),
  created_at: timestamp('When the key was made, UTC'),
  member_id: text('Member who owns the key'),
};
const memberEmail = {
  member_email: personal(text('E-mail address of that member; null when the key is gone')),
};
const keyDetails = {
  expires_at: timestamp('When the key expires, UTC'),
  tags: texts('Tags that requests with this key carry'),
};
export type ApiKeyRow = RowOf<typeof apiKeyColumns> &
  Partial<RowOf<typeof memberEmail> & RowOf<typeof keyDetails>> &
  RowOf<typeof ofListed>;

/** The keys of a project; e-mail addresses, and what takes one call a key, only when asked for: `details` is false by default. */
export function apiKeys(options: { readonly includeEmails: boolean; readonly details?: boolean }): Stream {
  const columns: typeof apiKeyColumns = {
    ...apiKeyColumns,
    ...(options.includeEmails ? memberEmail : {}),
    ...(options.details === true ? keyDetails : {}),
    ...ofListed,
  };
  return snapshot({
    name: 'api_keys',
    description: 'API keys of a project (ids and comments, never the keys)',
    use: 'Who has which key: api_key_id is what other tables call accessor.',
    ids: ['api_key_id'],
    columns,
    hasWhatRecordsName: true,
  });
}

const memberColumns = {
  ...ofProject,
  member_id: required(text('Deepgram’s id of the member')),
  email: personal(text('E-mail address')),
  first_name: personal(text('First name')),
  last_name: personal(text('Last name')),
  scopes: texts('What the member may do'),
};
export type MemberRow = RowOf<typeof memberColumns>;

/** Who belongs to a project now: data about people, so who leaves is gone from it with the next run. */
export const members = snapshot({
  name: 'members',
  description: 'Members of a project',
  use: 'Who belongs to a project now.',
  ids: ['member_id'],
  columns: memberColumns,
});

const modelColumns = {
  ...ofProject,
  model_id: required(text('Deepgram’s id of the model')),
  name: text('Name of the model'),
  canonical_name: text('Full name, such as nova-3-general'),
  kind: text('stt or tts'),
  languages: texts('Languages it knows'),
  version: text('Version of the model'),
  ...ofListed,
};
export type ModelRow = RowOf<typeof modelColumns>;

export const models = snapshot({
  name: 'models',
  description: 'Models that a project can use or has used',
  use: 'What a model_id is: requests name the models that they used by it.',
  ids: ['model_id'],
  columns: modelColumns,
  hasWhatRecordsName: true,
});

interface Snapshot<Own extends Columns & typeof ofProject> {
  readonly name: string;
  readonly description: string;
  readonly use: string;
  /** Of its parts, in the columns of these names. */
  readonly ids: readonly (keyof Own & string)[];
  readonly columns: Own;
  /** See `Stream`. */
  readonly hasWhatRecordsName?: boolean;
}

/** What is there of a project now. */
function snapshot<Own extends Columns & typeof ofProject>({ ids, ...own }: Snapshot<Own>): Stream {
  const key = ['project_id' as const, ...ids];
  return defineStream<Own>({ source: DEEPGRAM, kind: own.name, ...own, partitionedBy: 'snapshot', key });
}
