import { ExportError } from '../../../src/errors/export-error.js';
import type { Session } from './session.js';

/** Poolers hand backends out in turn or the last one first, and others may be quicker: once is not enough. */
const ROUNDS = 3;

/**
 * Refuses a pooler that gives a connection another backend with each transaction: what a session holds would then be held
 * by nobody, and by everybody. Two connections that are both open have one backend each, and keep it; behind such a
 * pooler the second one is given the one that the first has just used, or the first one another.
 */
export async function refuseSharedBackends(one: Session, other: Session, where: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await backendOf(one);
    if (before !== (await backendOf(one))) throw refused(where);
    await other.query('begin');
    const ofOther = await backendOf(other);
    // Asked for only now: where there is no other backend, this would wait for the transaction to end.
    const isShared = ofOther === before || before !== (await backendOf(one));
    await other.query('rollback');
    if (isShared) throw refused(where);
  }
}

async function backendOf(session: Session): Promise<number | undefined> {
  const [row] = await session.query<{ readonly pid: number }>('select pg_backend_pid() as pid');
  return row?.pid;
}

function refused(where: string): ExportError {
  return new ExportError(
    'STATE_REFUSED',
    `The state cannot be kept in ${where}: a pooler stands before it that gives a connection another session with each transaction, and the lock of a run is held by a session.`,
    {
      kind: 'config',
      hint: 'Name the server itself in the `url` of `state`, or a pool with pool_mode = session. A sink may go through the pooler as it is.',
    },
  );
}
