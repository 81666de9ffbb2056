import { integer, real } from '../../../src/streams/column.js';
import type { Unit } from '../../../src/streams/field.js';
import { requests } from '../../deepgram/streams/requests.js';
import { computed, type DerivedTable, derivedTable } from './derived-table.js';

/** What adds up over requests. */
const SUMMED: ReadonlySet<Unit | undefined> = new Set(['second', 'dollar', 'token', 'character']);
/** Bounds of the histogram, in milliseconds. */
const BOUNDS_MS = [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000] as const;
const LATENCY = 't.latency_ms';

/**
 * Requests counted by day and what tells them apart: small enough for panels over years, and kept when `keep` deletes the
 * requests themselves.
 */
export const requestsByDay: DerivedTable = derivedTable({
  from: requests,
  name: 'requests_by_day',
  description: 'Requests counted by day, endpoint, method, model, API key, status and code',
  key: ['endpoint', 'method', 'model', 'api_key_id', 'status', 'code'],
  others: [
    ...['project_name', 'api_key_name'].map((name) => computed(requests, name, (column) => `max(${column})`)),
    { name: 'requests', ...integer('Requests', 'request'), sql: 'count(*)' },
    ...requests.fields
      .filter(({ role, unit }) => role === 'measure' && SUMMED.has(unit))
      .map(({ name }) => computed(requests, name, exactSum)),
    {
      name: 'latency_count',
      ...integer('Requests whose latency is known', 'request'),
      sql: `count(${LATENCY})`,
    },
    {
      name: 'latency_ms_sum',
      ...real('Sum of their latencies', 'millisecond'),
      sql: exactSum(LATENCY),
    },
    ...BOUNDS_MS.map((bound) => ({
      name: `latency_le_${bound}`,
      ...integer(`Of these, requests of at most ${bound} ms`, 'request'),
      sql: `count(*) filter (where ${LATENCY} <= ${bound})`,
    })),
  ],
});

/** In whichever order the rows come: the same rows give the same sum to the last digit, and a row that is as it was. */
function exactSum(column: string): string {
  return `sum(${column}::numeric)`;
}
