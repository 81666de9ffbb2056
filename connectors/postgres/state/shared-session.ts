import type { Session } from './session.js';
import { KEY } from './session-lock.js';
import type { Query, StateTable } from './state-table.js';

/**
 * One that has stopped in the middle of saving keeps the others from it. It is given up before they are, whose server has
 * not answered for that long.
 */
const STOPPED = '20s';

/** Does something as one transaction, when it is this session's turn among those that share the state. */
export function inTurnOfSavers<Result>(
  session: Session,
  table: StateTable,
  work: (query: Query) => Promise<Result>,
): Promise<Result> {
  return session.transaction(async (query) => {
    await waitForTurn(query, table);
    return work(query);
  });
}

/** In a transaction: it is its turn until it ends. */
export async function waitForTurn(query: Query, table: StateTable): Promise<void> {
  await query(
    `select pg_advisory_xact_lock(${KEY}), set_config('idle_in_transaction_session_timeout', $2, true)`,
    [`${table.lockName} save`, STOPPED],
  );
}

/** What is locked by who has taken a name. */
export function claimKey(table: StateTable, name: string): string {
  return `${table.lockName} claim ${name}`;
}

/**
 * Takes a name for a session, until that gives it back or ends.
 *
 * @returns undefined where another session has it
 */
export async function claimName(
  session: Session,
  table: StateTable,
  name: string,
): Promise<(() => Promise<void>) | undefined> {
  const key = [claimKey(table, name)];
  const [answer] = await session.query<{ readonly taken: boolean }>(
    `select pg_try_advisory_lock(${KEY}) as taken`,
    key,
  );
  if (answer?.taken !== true) return undefined;
  return async () => {
    await session.query(`select pg_advisory_unlock(${KEY})`, key);
  };
}
