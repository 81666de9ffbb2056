import { integer, text, timestamp } from '../../../src/streams/column.js';
import { requests } from '../../deepgram/streams/requests.js';
import { FAILED } from '../tables/failed.js';
import { computed, type DerivedTable, derivedTable } from './derived-table.js';

/** What fails, where it need not be looked for among all requests. */
export const errorsByMessage: DerivedTable = derivedTable({
  from: requests,
  name: 'errors_by_message',
  description:
    'What fails? Requests without a result counted by day, HTTP status and message, with the last of them',
  key: ['endpoint', 'status', 'code', 'error_message'],
  where: FAILED,
  others: [
    computed(requests, 'project_name', (column) => `max(${column})`),
    { name: 'requests', ...integer('Requests', 'request'), sql: 'count(*)' },
    { name: 'first_at', ...timestamp('When the first of them arrived, UTC'), sql: 'min(t.created_at)' },
    { name: 'last_at', ...timestamp('When the last of them arrived, UTC'), sql: 'max(t.created_at)' },
    {
      name: 'last_request_id',
      ...text('The last of them'),
      sql: '(array_agg(t.request_id order by t.created_at desc, t.request_id))[1]',
    },
  ],
});
