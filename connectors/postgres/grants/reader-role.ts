import type { Transaction } from '../connection/database.js';
import { OVERVIEW } from '../state/queue-place.js';
import { identifier, literal } from '../tables/identifier.js';

/** The role of dashboards. */
export const READER = 'deepgram_reader';

/** Whatever a dashboard asks: it changes nothing, ends after a minute, and its days are UTC. */
const READER_SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['default_transaction_read_only', 'on'],
  ['statement_timeout', '60s'],
  ['idle_in_transaction_session_timeout', '60s'],
  ['timezone', 'UTC'],
];

/** Makes the role; who runs it may make roles. */
export function readerRole(): readonly string[] {
  return [
    `do $$ begin if not exists (select from pg_roles where rolname = ${literal(READER)}) then create role ${identifier(READER)} nologin; end if; end $$`,
    ...READER_SETTINGS.map(
      ([name, value]) => `alter role ${identifier(READER)} set ${name} = ${literal(value)}`,
    ),
  ];
}

/** What the role may read; the owner of the tables runs it. */
export function readerGrants(schema: string): readonly string[] {
  const [reader, where] = [identifier(READER), identifier(schema)];
  return [
    `grant usage on schema ${where} to ${reader}`,
    `grant select on all tables in schema ${where} to ${reader}`,
    `alter default privileges in schema ${where} grant select on tables to ${reader}`,
  ];
}

/**
 * What the role may read of a queue: how many tasks there are, and no task. Does nothing where there is no queue or no such
 * role yet; the owner of the queue runs it.
 */
export function overviewGrant(queueSchema: string): string {
  const [reader, where] = [identifier(READER), identifier(queueSchema)];
  return (
    'do $$ begin if exists (select from pg_roles r, pg_class c join pg_namespace n on n.oid = c.relnamespace' +
    ` where r.rolname = ${literal(READER)} and n.nspname = ${literal(queueSchema)} and c.relname = ${literal(OVERVIEW)}` +
    " and not (has_schema_privilege(r.oid, n.oid, 'usage') and has_table_privilege(r.oid, c.oid, 'select')))" +
    ` then grant usage on schema ${where} to ${reader}; grant select on ${identifier(queueSchema, OVERVIEW)} to ${reader}; end if; end $$`
  );
}

/** Makes the role where that is allowed, and lets it read of a schema what it does not read yet. */
export async function grantReader(transaction: Transaction, schema: string): Promise<void> {
  await letRead(transaction, async (isNew) => {
    if (isNew || (await lacksGrants(transaction, schema))) {
      await transaction.query(readerGrants(schema).join('; '));
    }
  });
}

/** The same for a queue. */
export async function grantOverview(transaction: Transaction, queueSchema: string): Promise<void> {
  await letRead(transaction, () => transaction.query(overviewGrant(queueSchema)));
}

async function letRead(transaction: Transaction, grant: (isNew: boolean) => Promise<unknown>): Promise<void> {
  const { rows } = await transaction.query<{ readonly there: boolean; readonly may: boolean }>(
    `select exists (select 1 from pg_roles where rolname = $1) as there,
       (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as may`,
    [READER],
  );
  const { there = false, may = false } = rows[0] ?? {};
  if (!there && !may) return;
  await transaction.query('savepoint reader');
  try {
    if (!there) await transaction.query(readerRole().join('; '));
    await grant(!there);
  } catch {
    // Somebody makes the same role now, or something here belongs to somebody else: what is delivered does not need it.
    await transaction.query('rollback to savepoint reader');
  }
  await transaction.query('release savepoint reader');
}

async function lacksGrants(transaction: Transaction, schema: string): Promise<boolean> {
  const { rows } = await transaction.query<{ readonly lacks: boolean }>(
    `select not has_schema_privilege($1, n.oid, 'usage') or exists (
         select 1 from pg_class c
         where c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm') and c.relowner = current_user::regrole
           and not has_table_privilege($1, c.oid, 'select')) as lacks
     from pg_namespace n where n.nspname = $2`,
    [READER, schema],
  );
  return rows[0]?.lacks === true;
}
