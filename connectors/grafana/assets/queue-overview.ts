import { OVERVIEW } from '../../postgres/state/queue-place.js';
import { literal } from '../../postgres/tables/identifier.js';

/**
 * What a query reads the overview of a queue from: one row, or none where nobody has run `enqueue` yet.
 *
 * PostgreSQL refuses a query that names a view which is not there, whatever it does with it, and a queue is made by the
 * first `enqueue`, perhaps long after the dashboard. So the view is named in a text, which `query_to_xml` runs only where
 * the catalogue has it: that needs nothing made in advance, neither a function nor a view of the sink's own. The catalogue is
 * asked, and not `to_regclass`, which fails in a schema that the role may not use yet. A view that is there and may not be read
 * is an error, as with any table: no rows would say that all is well.
 *
 * @see https://www.postgresql.org/docs/current/functions-xml.html
 */
export function queueOverview(schema: string): string {
  return `xmltable('/table/row' passing query_to_xml(coalesce((
    select format('select * from %I.%I', nspname, relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where nspname = ${literal(schema)} and relname = ${literal(OVERVIEW)}
  ), 'select where false'), false, false, '')
  columns waiting float8, active float8, failing float8, dead float8, oldest_seconds float8)`;
}

/** True for a query that reads it. */
export function readsQueue(sql: string, schema: string): boolean {
  return sql.includes(queueOverview(schema));
}
