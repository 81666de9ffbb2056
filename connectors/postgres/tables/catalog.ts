import { ExportError } from '../../../src/errors/export-error.js';
import type { Transaction } from '../connection/database.js';
import { bookkeeping, LAYOUT, layoutTable } from './bookkeeping.js';

/** What is there of a schema. */
export interface Catalog {
  readonly hasSchema: boolean;
  readonly tables: ReadonlyMap<string, FoundTable>;
  readonly views: ReadonlySet<string>;
  readonly indexes: ReadonlySet<string>;
  /** Of views, which are made of them; those of other schemas with their schema. */
  readonly usedBy: ReadonlyMap<string, readonly string[]>;
  /** Of `_layout`; undefined where this schema was not made by us. */
  readonly layout: { readonly version: number; readonly views: string | null } | undefined;
}

export interface FoundTable {
  readonly comment: string | null;
  readonly columns: ReadonlyMap<string, { readonly type: string; readonly comment: string | null }>;
}

/** Of a schema that is not there. */
export const NOTHING: Catalog = {
  hasSchema: false,
  tables: new Map(),
  views: new Set(),
  indexes: new Set(),
  usedBy: new Map(),
  layout: undefined,
};

const OLDEST_SERVER = 12;

/** Looks at the server and a schema, changes nothing. Throws for a server or a schema that cannot be written. */
export async function readCatalog(transaction: Transaction, schema: string, where: string): Promise<Catalog> {
  await refuseServer(transaction, where);
  const found = await transaction.query<{ readonly exists: boolean }>(
    'select to_regnamespace(quote_ident($1)) is not null as exists',
    [schema],
  );
  const { rows } = await transaction.query<{
    readonly table: string;
    readonly kind: string;
    readonly comment: string | null;
    readonly column: string | null;
    readonly type: string | null;
    readonly column_comment: string | null;
  }>(COLUMNS, [schema]);
  const tables = new Map<string, FoundTable>();
  const views = new Set<string>();
  const indexes = new Set<string>();
  for (const row of rows) {
    if (row.kind === 'i') {
      indexes.add(row.table);
      continue;
    }
    if (row.kind === 'v' || row.kind === 'm') {
      views.add(row.table);
      continue;
    }
    const columns = new Map(tables.get(row.table)?.columns);
    if (row.column !== null) columns.set(row.column, { type: row.type ?? '', comment: row.column_comment });
    tables.set(row.table, { comment: row.comment, columns });
  }
  const hasLayout = tables.has(layoutTable.name);
  const [layout] = hasLayout
    ? (
        await transaction.query<{ readonly version: number; readonly views: string | null }>(
          `select version, views from ${bookkeeping(schema, layoutTable)}`,
        )
      ).rows
    : [];
  if (layout !== undefined && layout.version > LAYOUT) throw newerLayout(schema, where, layout.version);
  return {
    hasSchema: found.rows[0]?.exists === true,
    tables,
    views,
    indexes,
    usedBy: await usersOfViews(transaction, schema),
    layout,
  };
}

async function usersOfViews(
  transaction: Transaction,
  schema: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await transaction.query<{ readonly view: string; readonly users: readonly string[] }>(
    USERS_OF_VIEWS,
    [schema],
  );
  return new Map(rows.map(({ view, users }) => [view, users]));
}

async function refuseServer(transaction: Transaction, where: string): Promise<void> {
  const { rows } = await transaction.query<{
    readonly version: number;
    readonly encoding: string;
    readonly read_only: string;
  }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
       current_setting('transaction_read_only') as read_only`,
  );
  const [server] = rows;
  const refused = (words: string, hint: string) =>
    new ExportError('SINK_REFUSED', `${where} ${words}.`, { kind: 'permanent', hint });
  if (server === undefined) return;
  if (server.version < OLDEST_SERVER * 10_000) {
    const words = `is of version ${Math.floor(server.version / 10_000)}`;
    throw refused(words, `PostgreSQL ${OLDEST_SERVER} or newer is needed.`);
  }
  if (server.encoding !== 'UTF8') {
    const hint = "Make one: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0;";
    throw refused(`keeps text as ${server.encoding}, which has not every character`, hint);
  }
  if (server.read_only === 'on') {
    const hint =
      'Name the primary server, not a copy that is only read; or connect as a role without default_transaction_read_only.';
    throw refused('can only be read', hint);
  }
}

const COLUMNS = `
  select c.relname as "table", c.relkind::text as kind, obj_description(c.oid, 'pg_class') as comment,
    a.attname as "column", format_type(a.atttypid, null) as type, col_description(c.oid, a.attnum) as column_comment
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where n.nspname = $1 and c.relkind in ('r', 'p', 'f', 'v', 'm', 'i')
  order by c.relname, a.attnum`;

const USERS_OF_VIEWS = `
  select v.relname as view,
    array_agg(distinct case when u.relnamespace = v.relnamespace then u.relname::text else concat(u.relnamespace::regnamespace, '.', u.relname) end) as users
  from pg_depend d
  join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
  join pg_class u on u.oid = r.ev_class
  join pg_class v on d.refclassid = 'pg_class'::regclass and v.oid = d.refobjid
  join pg_namespace n on n.oid = v.relnamespace
  where n.nspname = $1 and v.relkind in ('v', 'm') and u.oid <> v.oid
  group by v.relname`;

function newerLayout(schema: string, where: string, version: number): ExportError {
  return new ExportError(
    'SINK_REFUSED',
    `${where}: the schema ${schema} was made by a newer deepgram-export (its layout is ${version}, this program knows ${LAYOUT}).`,
    {
      kind: 'permanent',
      hint: 'Update deepgram-export here, or set another `schema`. Nothing was changed.',
    },
  );
}
