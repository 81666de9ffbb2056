import { ExportError, failureOf } from '../../../src/errors/export-error.js';
import type { Log } from '../../../src/log/log.js';
import type { Stream } from '../../../src/streams/stream.js';
import type { Transaction } from '../connection/database.js';
import { mayPass } from '../connection/postgres-error.js';
import { grantReader } from '../grants/reader-role.js';
import { type Catalog, readCatalog } from './catalog.js';
import { type Lacking, statementsFor } from './wanted-schema.js';

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
  const catalog = await readCatalog(transaction, schema, context.where);
  const lacking = statementsFor(catalog, schema, streams);
  const notes = migrate ? await makeAll(transaction, catalog, lacking) : lacking.views.notes;
  for (const note of notes) log.warn(note);
  if (migrate) await grantReader(transaction, schema);
  else refuseMissing(lacking, context);
}

/** What would be made; it is made and taken back, so that what would fail fails. */
export async function tryPreparing(
  transaction: Transaction,
  streams: readonly Stream[],
  context: SchemaContext,
): Promise<string> {
  const catalog = await readCatalog(transaction, context.schema, context.where);
  const lacking = statementsFor(catalog, context.schema, streams);
  if (!context.migrate) refuseMissing(lacking, context);
  await makeAll(transaction, catalog, lacking);
  await transaction.query('create temporary table probe on commit drop as select 1');
  await transaction.query('rollback');
  const statements = [...lacking.tables, ...lacking.views.statements];
  const made = statements.filter((statement) => statement.startsWith('create table')).length;
  if (catalog.layout === undefined) return `the schema and ${made} tables will be made by the first run`;
  return statements.length === 0
    ? 'all tables are there'
    : `${statements.length} things that are new will be added by the next run, ${made} tables among them`;
}

/** @returns sentences on views that stay as they are */
async function makeAll(
  transaction: Transaction,
  catalog: Catalog,
  { tables, views }: Lacking,
): Promise<readonly string[]> {
  // A table that somebody reads for long must not make all others wait behind us.
  await transaction.query("set local lock_timeout = '5s'");
  if (tables.length > 0) await transaction.query(tables.join(';\n'));
  const failure = await makeViews(transaction, catalog, views.statements);
  await transaction.query('set local lock_timeout = 0');
  return failure === undefined ? views.notes : [...views.notes, failure];
}

/** A run does not need its views: where something of somebody else's is made of them, those that are there stay. */
async function makeViews(
  transaction: Transaction,
  { views: there }: Catalog,
  statements: readonly string[],
): Promise<string | undefined> {
  if (statements.length === 0) return undefined;
  await transaction.query('savepoint views');
  try {
    await transaction.query(statements.join(';\n'));
  } catch (error) {
    if (there.size === 0 || mayPass(error)) throw error;
    await transaction.query('rollback to savepoint views');
    return `The views stay as an older program made them: ${failureOf(error).message}`;
  }
  await transaction.query('release savepoint views');
  return undefined;
}

/** A comment that is worded otherwise is nothing that an owner must be called for. */
function refuseMissing({ tables, views }: Lacking, { schema, where, log }: SchemaContext): void {
  const statements = [...tables, ...views.statements];
  if (statements.every((statement) => statement.startsWith('comment on'))) return;
  for (const statement of statements) log.warn(`${statement.replaceAll(/\s*\n\s*/g, ' ')};`);
  throw new ExportError(
    'SINK_REFUSED',
    `${where}: the schema ${schema} is not as this program needs it, and \`migrate\` is false.`,
    {
      kind: 'config',
      hint: 'The SQL above makes what is missing; have the owner of the schema run it, as one transaction.',
    },
  );
}
