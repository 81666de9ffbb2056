import { type StreamsChoice, selectStreams } from '../../../../connectors/deepgram/streams/select-streams.js';
import { usageGroupings } from '../../../../connectors/deepgram/streams/usage.js';

/** The choice of it. */
export const EVERYTHING: StreamsChoice = {
  requests: {},
  usage: { group_by: usageGroupings },
  billing: { group_by: ['line_item', 'accessor', 'tags', 'deployment', ['line_item', 'tags']] },
  balances: {},
  purchases: {},
  projects: {},
  api_keys: { include_emails: true, details: true },
  members: {},
  models: {},
  reconciliation: {},
};

/** All that can be read of an account, with every field. */
export const EVERY_STREAM = selectStreams(EVERYTHING);
