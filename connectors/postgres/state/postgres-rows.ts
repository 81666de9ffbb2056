import type { LockOptions, StateLock } from '../../../src/catalogue/state-lock.js';
import type { StateContext, StateRows } from '../../../src/catalogue/state-type.js';
import { usableState } from '../../../src/checkpoints/usable-state.js';
import { Database, type DatabaseSettings, type Transaction } from '../connection/database.js';
import { CheckpointWriter } from './checkpoint-writer.js';
import { givenUp } from './queue-place.js';
import { openSession, type Session } from './session.js';
import { acquire, heldBy, takenAway } from './session-lock.js';
import { refuseSharedBackends } from './shared-backend.js';
import { claimName, inTurnOfSavers } from './shared-session.js';
import { type Query, queryOf, StateTable } from './state-table.js';

/**
 * A state in a table. A run that has the lock reads and writes over the very connection that holds it: whoever has lost
 * the lock can write no more, also where he does not know that yet.
 */
export function postgresRows(settings: DatabaseSettings, context: StateContext): StateRows {
  const { signal } = context;
  const database = new Database(settings, { ...context, name: 'state' });
  const table = new StateTable(settings.schema, database.where);
  const writer = new CheckpointWriter(table, context.log);
  let held: Session | undefined;

  const reading = <Result>(work: (query: Query) => Promise<Result>): Promise<Result> =>
    held === undefined
      ? usable(() => database.transaction(signal, (transaction) => work(queryOf(transaction))))
      : writing(work);
  const holding = async <Result>(work: (session: Session) => Promise<Result>): Promise<Result> => {
    const session = held;
    if (session === undefined) throw new Error('a state is changed only by who has its lock');
    return usable(() => work(session)).catch((error) => {
      throw session.ended.aborted ? takenAway(table.place, 'config') : error;
    });
  };
  const writing = <Result>(work: (query: Query) => Promise<Result>): Promise<Result> =>
    holding((session) => work(session.query));

  return {
    place: table.place,
    check: (checking) =>
      usable(async () => {
        await database.tryOnce(checking, (transaction) => tryWriting(table, transaction));
        const session = await openOwnSession(database, checking);
        await session.end();
      }),
    lock: (options) =>
      usable(async () => {
        const session = await openOwnSession(database, options.signal);
        try {
          const lock = await locked(session, table, writer, options);
          held = session;
          return {
            ...lock,
            release: () => {
              held = undefined;
              return lock.release();
            },
          };
        } catch (error) {
          await session.end();
          throw error;
        }
      }),
    read: (kind, name, part) => reading((query) => table.read(query, kind, name, part)),
    names: (kind) => reading((query) => table.names(query, kind)),
    write: (changes) => writing((query) => table.write(query, changes)),
    shared: {
      alone: (work) =>
        holding((session) =>
          inTurnOfSavers(session, table, (query) =>
            work({
              find: (keys) => table.find(query, keys),
              write: (changes) => table.write(query, changes),
            }),
          ),
        ),
      claim: async (name) => {
        const giveBack = await holding((session) => claimName(session, table, name));
        return giveBack && (() => holding(giveBack));
      },
      writer,
    },
    move: (kind, toKind, name) => writing((query) => table.move(query, kind, toKind, name)),
    givenUp: () => reading((query) => givenUp(query, settings.schema)),
    dispose: () => database.end(),
  };
}

/** A session that keeps what it holds. */
async function openOwnSession(database: Database, signal: AbortSignal): Promise<Session> {
  const session = await openSession(database, signal);
  try {
    const other = await openSession(database, signal);
    await refuseSharedBackends(session, other, database.where).finally(() => other.end());
    return session;
  } catch (error) {
    await session.end();
    throw error;
  }
}

async function locked(
  session: Session,
  table: StateTable,
  writer: CheckpointWriter,
  options: LockOptions,
): Promise<StateLock> {
  await acquire(session, table, options);
  if (options.shared) {
    await inTurnOfSavers(session, table, (query) => table.make(query));
    await writer.begin(session);
  } else await table.make(session.query);
  return heldBy(session, table, options);
}

/** Makes and writes it, and takes that back. */
async function tryWriting(table: StateTable, transaction: Transaction): Promise<void> {
  const query = queryOf(transaction);
  await table.make(query);
  const row = { kind: 'check', name: '[]', part: 0, value: '{}' };
  await table.write(query, { rows: [row] });
  await table.write(query, { dropped: [row] });
  await query('rollback');
}

function usable<Result>(work: () => Promise<Result>): Promise<Result> {
  return usableState('The log of the server may say more.', work);
}
