import { integer, real } from '../../../src/streams/column.js';
import type { Field, Unit } from '../../../src/streams/field.js';
import type { Stream } from '../../../src/streams/stream.js';
import { requests } from '../../deepgram/streams/requests.js';
import { identifier } from '../tables/identifier.js';
import { columnType, type Table, table } from '../tables/table.js';

/** A table that is made of another one, and changes with it. */
export interface DerivedTable extends Table {
  /** Name of the table that it is made of. */
  readonly from: string;
  /** A select of its rows; `t` is that table, and `where` says of which of its rows. */
  select(schema: string, where?: string): string;
}

/** What its rows are counted by, beside project and day; and what goes with a part of that. */
const KEY = ['endpoint', 'method', 'model', 'api_key_id', 'status', 'code'] as const;
const NAMES = ['project_name', 'api_key_name'] as const;
/** What adds up over requests. */
const SUMMED: ReadonlySet<Unit | undefined> = new Set(['second', 'dollar', 'token', 'character']);
/** Bounds of the histogram, in milliseconds. */
const BOUNDS_MS = [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000] as const;

interface Computed extends Field {
  readonly sql: string;
}

/**
 * Requests counted by day and what tells them apart: small enough for panels over years, and kept when `keep` deletes the
 * requests themselves.
 */
export const requestsByDay: DerivedTable = derived(requests);

/** The tables that are made of one of these. */
export function derivedFrom(...tables: readonly Table[]): readonly DerivedTable[] {
  return [requestsByDay].filter(({ from }) => tables.some(({ name }) => name === from));
}

function derived({ name: from, fields }: Stream): DerivedTable {
  const field = (name: string): Field => {
    const found = fields.find((one) => one.name === name);
    if (found === undefined) throw new Error(`${from} has no field ${name}`);
    return found;
  };
  const groups: readonly Field[] = ['project_id', 'date', ...KEY].map(field);
  const columns: readonly Computed[] = [
    ...groups.map((one) => ({ ...one, sql: column(one.name) })),
    ...NAMES.map(field).map((one) => ({ ...one, sql: `max(${column(one.name)})` })),
    { name: 'requests', ...integer('Requests', 'request'), sql: 'count(*)' },
    ...fields
      .filter(({ role, unit }) => role === 'measure' && SUMMED.has(unit))
      .map((one) => ({ ...one, sql: exactSum(one.name) })),
    {
      name: 'latency_count',
      ...integer('Requests whose latency is known', 'request'),
      sql: 'count(t.latency_ms)',
    },
    {
      name: 'latency_ms_sum',
      ...real('Sum of their latencies', 'millisecond'),
      sql: exactSum('latency_ms'),
    },
    ...BOUNDS_MS.map((bound) => ({
      name: `latency_le_${bound}`,
      ...integer(`Of these, requests of at most ${bound} ms`, 'request'),
      sql: `count(*) filter (where t.latency_ms <= ${bound})`,
    })),
  ];
  const made = table({
    name: 'requests_by_day',
    description: 'Requests counted by day, endpoint, method, model, API key, status and code',
    columns: columns.map(({ sql, ...one }) => one),
    key: ['project_id', 'date', ...KEY],
    isDaily: true,
  });
  return {
    ...made,
    from,
    select: (schema, where = 'true') => {
      const values = columns.map((one) => `(${one.sql})::${columnType(one)} as ${identifier(one.name)}`);
      const by = groups.map(({ name }) => column(name)).join(', ');
      return `select ${values.join(', ')} from ${identifier(schema, from)} t where ${where} group by ${by}`;
    },
  };
}

/** In whichever order the rows come: the same rows give the same sum to the last digit, and a row that is as it was. */
function exactSum(name: string): string {
  return `sum(${column(name)}::numeric)`;
}

function column(name: string): string {
  return `t.${identifier(name)}`;
}
