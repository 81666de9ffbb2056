import { identifier } from '../../postgres/tables/identifier.js';
import { SCHEMA } from '../assets/identity.js';

/** A table or view. */
export function from({ name }: { readonly name: string }): string {
  return identifier(SCHEMA, name);
}

/** The UTC day and moment at which the range of the dashboard ends, so that a look back shows what was so then. */
export const LAST_DAY = '$__timeTo()::date';

/** The variables that narrow rows, and what people see of them. */
export const VARIABLES = {
  project: 'Project',
  api_key: 'API key',
  model: 'Model',
  tag: 'Tag',
  endpoint: 'Endpoint',
  status: 'Status',
  request: 'Request id',
} as const;
export type Variable = keyof typeof VARIABLES;

/**
 * True where the column has one of the chosen values. "All" is null, so that rows without a value are kept; a name with a
 * quote in it is escaped by Grafana.
 */
export function chosen(variable: Variable, column: string): string {
  const values = valuesOf(variable);
  return `((${values}) is null or ${column} in (${values}))`;
}

/** The same for a column that is a list: one of its values is enough. */
export function chosenAnyOf(variable: Variable, column: string): string {
  const values = valuesOf(variable);
  return `((${values}) is null or ${column} && array[${values}]::text[])`;
}

/** The same for a text that people type; an empty one narrows nothing. */
export function typed(variable: Variable, column: string): string {
  return `(${valuesOf(variable)} = '' or ${column} = ${valuesOf(variable)})`;
}

function valuesOf(variable: Variable): string {
  return `\${${variable}:sqlstring}`;
}

/** What narrows the roll-up of requests, and the requests themselves: days of the range, and four of the variables. */
export const OF_REQUESTS = [
  '$__timeFilter(date)',
  chosen('project', 'project_id'),
  chosen('api_key', 'api_key_id'),
  chosen('model', 'model'),
  chosen('endpoint', 'endpoint'),
].join('\n  and ');

const SHOWN_SERIES = 6;
const SHOWN_BARS = 9;

/**
 * A series a day for each of the largest items, largest first, and one for all others.
 *
 * @param items a select of `date`, `item` and `value`
 */
export function dailySeries(items: string): string {
  return `${ranked(items)}
select date::timestamp as "time",
  case when rank <= ${SHOWN_SERIES} then item else 'other' end as metric,
  sum(value)::float8 as value
from items join ranks using (item)
group by 1, 2
order by 1, min(rank)`;
}

/**
 * A row for each of the largest items, and one for all others, which comes last.
 *
 * @param items a select of `item`, `value`, and `id`, by which a link narrows to it
 */
export function largest(items: string): string {
  return `${ranked(items)}
select case when rank <= ${SHOWN_BARS} then item else 'other' end as item, sum(value)::float8 as value,
  case when min(rank) <= ${SHOWN_BARS} then max(id) end as id
from items join ranks using (item)
group by 1
order by min(rank)`;
}

function ranked(items: string): string {
  return `with items as (
  ${items.replaceAll('\n', '\n  ')}
), ranks as (
  select item, row_number() over (order by sum(value) desc nulls last, item) as rank from items group by item
)`;
}

/** What an item is called on its last day with a name. */
export function lastName(column: string): string {
  return `(array_agg(${column} order by date desc) filter (where ${column} is not null))[1]`;
}

/** A set of tags as people read it. */
export function tagSet(column: string): string {
  return `coalesce(nullif(array_to_string(${column}, ', '), ''), '(no tags)')`;
}
