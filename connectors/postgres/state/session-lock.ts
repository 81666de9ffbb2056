import { z } from 'zod';
import type { LockOptions, StateLock } from '../../../src/catalogue/state-lock.js';
import { thisRun } from '../../../src/checkpoints/lock/lock-holder.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { Session } from './session.js';
import type { StateTable } from './state-table.js';

const ASK_EVERY_MS = 1_000;
const BEAT_EVERY_MS = 10_000;

/**
 * What a session with the lock is set to, whatever the role or the server has set otherwise; those that an older server
 * does not know are left out. A holder whose machine is gone, or that has not asked for anything for so long, holds
 * nothing any more; what is written is kept also when the server dies, and takes as long as it takes.
 */
const SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['tcp_keepalives_idle', '30'],
  ['tcp_keepalives_interval', '10'],
  ['tcp_keepalives_count', '3'],
  ['idle_session_timeout', '75s'],
  ['statement_timeout', '0'],
  ['lock_timeout', '0'],
];

/** What the holder says of itself. */
const holder = z.object({ pid: z.int(), host: z.string(), since: z.string(), backend: z.int() });

/**
 * Takes the lock for a session, and waits for it where that is wanted. It is an advisory lock, which its server gives back
 * with the session, however that ends. Runs that share a state take the same key shared: they keep out whoever takes it
 * alone, and the other way round.
 */
export async function acquire(session: Session, table: StateTable, options: LockOptions): Promise<void> {
  const { clock, log, signal, wait, shared = false } = options;
  let isTold = false;
  for (;;) {
    const [answer] = await session.query<{ readonly taken: boolean }>(
      `select pg_try_advisory_lock${shared ? '_shared' : ''}(${KEY}) as taken`,
      [table.lockName],
    );
    if (answer?.taken === true) return prepare(session);
    const { who, backend } = await holderOf(session, table);
    if (!wait) throw locked(table.place, who, backend);
    if (!isTold) log.info(`Waiting for another run to end: ${who}`);
    isTold = true;
    await clock.sleep(ASK_EVERY_MS, signal);
  }
}

async function prepare(session: Session): Promise<void> {
  await session.query(
    `select set_config(name, value, false) from unnest($1::text[], $2::text[]) as wanted (name, value)
     where exists (select from pg_settings s where s.name = wanted.name)`,
    [SETTINGS.map(([name]) => name), SETTINGS.map(([, value]) => value)],
  );
  await session.query(
    "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
  );
}

export const KEY = 'hashtextextended($1, 0)';

/** Backends with the lock. */
const HOLDERS = `select pid from pg_locks
  where locktype = 'advisory' and granted and objsubid = 1
    and database = (select oid from pg_database where datname = current_database())
    and classid = ((${KEY} >> 32) & 4294967295)::oid and objid = (${KEY} & 4294967295)::oid`;

async function holdersOf(session: Session, table: StateTable): Promise<readonly number[]> {
  const backends = await session.query<{ readonly pid: number }>(HOLDERS, [table.lockName]);
  return backends.map(({ pid }) => pid);
}

/** Who has it, and where it is one alone, his session. */
async function holderOf(
  session: Session,
  table: StateTable,
): Promise<{ readonly who: string; readonly backend: number | undefined }> {
  const backends = await holdersOf(session, table);
  const [first, ...others] = backends;
  const said = (await table.holders(session.query)).flatMap((one) => holder.safeParse(one).data ?? []);
  const found = said.find(({ backend }) => backends.includes(backend));
  const one = found
    ? `process ${found.pid} on ${found.host}, since ${found.since}`
    : `session ${first ?? 'unknown'} of the server`;
  if (others.length > 0)
    return { who: `${one}, and ${others.length} more that share it`, backend: undefined };
  return { who: one, backend: found?.backend ?? first };
}

/** The lock of a session that has it. */
export async function heldBy(
  session: Session,
  table: StateTable,
  { clock }: LockOptions,
): Promise<StateLock> {
  const [{ backend } = { backend: 0 }] = await session.query<{ readonly backend: number }>(
    'select pg_backend_pid() as backend',
  );
  const { pid, host, since } = await thisRun(clock.now());
  await table.setHolder(
    session.query,
    backend,
    { pid, host, since, backend },
    await holdersOf(session, table),
  );
  const lost = new AbortController();
  const onEnd = () => lost.abort(takenAway(table.place, 'interrupted'));
  session.ended.addEventListener('abort', onEnd, { once: true });
  const isHeld = async (): Promise<boolean> => {
    const found = await session.query<{ readonly pid: number }>(
      `${HOLDERS} and pid = $2 and pg_backend_pid() = $2`,
      [table.lockName, backend],
    );
    return found.length > 0;
  };
  const timer = setInterval(() => {
    isHeld().then(
      (yes) => yes || onEnd(),
      () => onEnd(), // who cannot ask does not know it
    );
  }, BEAT_EVERY_MS);
  timer.unref();
  return {
    lost: lost.signal,
    assertHeld: async () => {
      if (lost.signal.aborted || !(await isHeld().catch(() => false))) throw takenAway(table.place, 'config');
    },
    release: async () => {
      clearInterval(timer);
      session.ended.removeEventListener('abort', onEnd);
      // A session that is gone has given it back.
      await table.dropHolder(session.query, backend).catch(() => {});
      await session.end();
    },
  };
}

function locked(place: string, who: string, backend: number | undefined): ExportError {
  const ending = backend === undefined ? '' : ` At once: select pg_terminate_backend(${backend});`;
  return new ExportError('STATE_LOCKED', `Another run works on ${place}: ${who}.`, {
    kind: 'transient',
    hint: `Let it end, or wait for it with --wait. Where it is gone, the server finds out within minutes.${ending}`,
  });
}

export function takenAway(place: string, kind: 'config' | 'interrupted'): ExportError {
  return new ExportError(
    'STATE_TAKEN_OVER',
    `The connection that holds the lock of ${place} has ended, and with it this run.`,
    {
      kind,
      hint:
        'The server was restarted, could not be reached for long, or took this run for dead, since its machine was asleep. ' +
        'What it delivered is there; the next run delivers the rest.',
    },
  );
}
