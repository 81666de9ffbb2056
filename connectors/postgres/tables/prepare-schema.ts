import { ExportError } from '../../../src/errors/export-error.js';
import type { Log } from '../../../src/log/log.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { Transaction } from '../connection/database.js';
import { grantReader } from '../grants/reader-role.js';
import { derivedFrom } from '../rollup/requests-by-day.js';
import { makeViews } from '../views/make-views.js';
import { viewsOf } from '../views/views.js';
import { type Catalog, readCatalog } from './catalog.js';
import { identifier, literal } from './identifier.js';
import { migration } from './migration.js';
import { tableOf } from './table.js';

/** What is needed to make a schema fit for some streams. */
export interface SchemaContext {
  readonly schema: string;
  readonly where: string;
  /** False: nothing is made. */
  readonly migrate: boolean;
  readonly log: Pick<Log, 'warn'>;
}

/** Makes the tables, columns and views of these streams that are not there. Writes nothing where all of them are. */
export async function prepareSchema(
  transaction: Transaction,
  streams: readonly Stream[],
  context: SchemaContext,
): Promise<void> {
  const { schema, migrate, log } = context;
  await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `deepgram-export ${schema}`,
  ]);
  const { catalog, statements } = await missingIn(transaction, streams, context);
  if (!migrate) return refuseMissing(statements, missingViews(catalog, streams, schema), context);
  await makeAll(transaction, statements);
  const notes = await makeViews(transaction, schema, catalog, viewsOf(schema, streams));
  for (const note of notes) log.warn(note);
  await grantReader(transaction, schema);
}

/** What would be made; it is made and taken back, so that what would fail fails. */
export async function tryPreparing(
  transaction: Transaction,
  streams: readonly Stream[],
  context: SchemaContext,
): Promise<string> {
  const { catalog, statements } = await missingIn(transaction, streams, context);
  if (!context.migrate) refuseMissing(statements, missingViews(catalog, streams, context.schema), context);
  await makeAll(transaction, statements);
  await transaction.query('create temporary table probe on commit drop as select 1');
  await transaction.query('rollback');
  const made = statements.filter((statement) => statement.startsWith('create table')).length;
  if (catalog.layout === undefined) return `the schema and ${made} tables will be made by the first run`;
  return statements.length === 0
    ? 'all tables are there'
    : `${statements.length} things that are new will be added by the next run, ${made} tables among them`;
}

async function missingIn(
  transaction: Transaction,
  streams: readonly Stream[],
  { schema, where }: SchemaContext,
): Promise<{ readonly catalog: Catalog; readonly statements: readonly string[] }> {
  const catalog = await readCatalog(transaction, schema, where);
  const tables = streams.map(tableOf);
  return { catalog, statements: migration(catalog, schema, tables, derivedFrom(...tables)) };
}

async function makeAll(transaction: Transaction, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  // A table that somebody reads for long must not make all others wait behind us.
  await transaction.query("set local lock_timeout = '5s'");
  await transaction.query(statements.join(';\n'));
  await transaction.query('set local lock_timeout = 0');
}

/** What makes the views of these streams where nothing of their names is there. */
function missingViews(
  { tables, views }: Catalog,
  streams: readonly Stream[],
  schema: string,
): readonly string[] {
  return viewsOf(schema, streams)
    .filter(({ name }) => !views.has(name) && !tables.has(name))
    .flatMap(({ name, sql, description }) => {
      const path = identifier(schema, name);
      const onOneLine = sql.replaceAll(/\s*\n\s*/g, ' ');
      return [`create view ${path} as ${onOneLine}`, `comment on view ${path} is ${literal(description)}`];
    });
}

/**
 * Comments and views are nothing that a run needs.
 *
 * @param views printed with the rest
 */
function refuseMissing(
  statements: readonly string[],
  views: readonly string[],
  { schema, where, log }: SchemaContext,
): void {
  const needed = statements.filter((statement) => !statement.startsWith('comment on'));
  if (needed.length === 0) return;
  for (const statement of [...statements, ...views]) log.warn(`${statement};`);
  throw new ExportError(
    'SINK_REFUSED',
    `${where}: the schema ${schema} is not as this program needs it, and \`migrate\` is false.`,
    {
      kind: 'config',
      hint: 'The SQL above makes what is missing; have the owner of the schema run it, as one transaction.',
    },
  );
}
