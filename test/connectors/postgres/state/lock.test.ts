import { once } from 'node:events';
import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { postgresStateType } from '../../../../connectors/postgres/state/state-type.js';
import type { LockOptions, StateLock } from '../../../../src/catalogue/state-lock.js';
import type { StateRows } from '../../../../src/catalogue/state-type.js';
import { ExportError } from '../../../../src/errors/export-error.js';
import { silentLog } from '../../../../src/log/log.js';
import { emptyDatabase } from '../opened-sink.js';
import { hasPostgres, type TestDatabase } from '../postgres-server.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const clock = { now: () => NOW, sleep: async () => {} };
const WHO = `process ${process.pid} on ${hostname()}, since 2026-11-20T12:00:00.000Z`;

/** What one run has of a state. */
async function opened({ url }: TestDatabase, schema = 'deepgram_state'): Promise<StateRows> {
  const settings = postgresStateType.settings.parse({ url, schema });
  const signal = new AbortController().signal;
  const rows = await postgresStateType.open(settings, { cwd: '.', clock, log: silentLog, env: {}, signal });
  onTestFinished(() => rows.dispose());
  return rows;
}

async function locked(database: TestDatabase, options: Partial<LockOptions> = {}): Promise<StateLock> {
  const rows = await opened(database);
  const signal = new AbortController().signal;
  return rows.lock({ clock, log: silentLog, signal, wait: false, ...options });
}

const backendsOf = (database: TestDatabase) =>
  database.sql<{ readonly pid: number }>(
    `select pid from pg_locks where locktype = 'advisory' and granted
     and database = (select oid from pg_database where datname = current_database())`,
  );

/** As an administrator, or a server that ends: the lock is free when it resolves. */
async function endHolder(database: TestDatabase): Promise<void> {
  const [holder] = await backendsOf(database);
  await database.sql('select pg_terminate_backend($1, 10000)', [holder?.pid]);
}

describe.skipIf(!hasPostgres)('the lock of a state in PostgreSQL', () => {
  it('lets one run in, and the next one when it has ended', async () => {
    const database = await emptyDatabase();

    await (await locked(database)).release();
    await (await locked(database)).release();

    expect(await backendsOf(database)).toEqual([]);
    expect(await database.sql("select * from deepgram_state._state where kind = 'lock'")).toEqual([]);
  });

  it('refuses a second run and says who holds it, since when, and what to do', async () => {
    const database = await emptyDatabase();
    const first = await locked(database);
    const [holder] = await backendsOf(database);

    const second = locked(database);

    await expect(second).rejects.toMatchObject({
      code: 'STATE_LOCKED',
      kind: 'transient',
      message: expect.stringMatching(
        new RegExp(`^Another run works on .* \\(schema deepgram_state\\): ${WHO}\\.$`),
      ),
      hint: expect.stringContaining(`select pg_terminate_backend(${holder?.pid});`),
    });
    await first.release();
  });

  it('keeps runs on other schemas of the database apart', async () => {
    const database = await emptyDatabase();
    const first = await locked(database);

    const other = await (await opened(database, 'another')).lock({
      clock,
      log: silentLog,
      signal: new AbortController().signal,
      wait: false,
    });

    await Promise.all([first.release(), other.release()]);
  });

  it('is waited for with --wait, which is said once, and an interrupt ends it', async () => {
    const database = await emptyDatabase();
    const first = await locked(database);
    const said: string[] = [];
    const log = { ...silentLog, info: (words: string) => void said.push(words) };
    let waits = 0;
    const waiting = {
      ...clock,
      sleep: async () => {
        waits += 1;
        if (waits === 3) await first.release();
      },
    };

    const second = await locked(database, { wait: true, log, clock: waiting });

    expect([waits, said]).toEqual([3, [`Waiting for another run to end: ${WHO}`]]);
    const interrupt = new AbortController();
    const interrupted = {
      ...clock,
      sleep: async (_: number, signal?: AbortSignal) => {
        interrupt.abort(new ExportError('ABORTED', 'Interrupted.', { kind: 'interrupted' }));
        signal?.throwIfAborted();
      },
    };
    await expect(
      locked(database, { wait: true, clock: interrupted, signal: interrupt.signal }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
    await second.release();
  });

  it('is nobody’s when its holder is gone, whatever that has said of itself', async () => {
    const database = await emptyDatabase();
    const gone = await locked(database);
    await endHolder(database);

    const next = await locked(database);

    const [said] = await database.sql<{ readonly value: string }>(
      "select value from deepgram_state._state where kind = 'lock'",
    );
    const [holder] = await backendsOf(database);
    expect(JSON.parse(said?.value ?? '')).toMatchObject({ backend: holder?.pid });
    await gone.release();
    expect(await backendsOf(database)).toEqual([holder]);
    await next.release();
  });

  it('is told of by its session, where what was said is of another one', async () => {
    const database = await emptyDatabase();
    const first = await locked(database);
    await database.sql("update deepgram_state._state set value = '{' where kind = 'lock'");
    const [holder] = await backendsOf(database);

    await expect(locked(database)).rejects.toMatchObject({
      message: expect.stringContaining(`: session ${holder?.pid} of the server.`),
    });
    await first.release();
  });

  it('stops its run with its connection, which can write no more', async () => {
    const database = await emptyDatabase();
    const rows = await opened(database);
    const lock = await rows.lock({
      clock,
      log: silentLog,
      signal: new AbortController().signal,
      wait: false,
    });
    const lost = once(lock.lost, 'abort');

    await endHolder(database);
    await lost;

    expect(lock.lost.reason).toMatchObject({ code: 'STATE_TAKEN_OVER', kind: 'interrupted' });
    await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'STATE_TAKEN_OVER', kind: 'config' });
    const row = { kind: 'memory', name: '["x","y"]', part: 0, value: '1' };
    await expect(rows.write({ rows: [row] })).rejects.toMatchObject({ code: 'STATE_TAKEN_OVER' });
    expect(await database.sql("select * from deepgram_state._state where kind = 'memory'")).toEqual([]);
    await lock.release();
  });

  it('sees to it that a silent holder is given up, and that what is written is kept', async () => {
    const database = await emptyDatabase();
    await (await locked(database)).release();
    await database.sql(`
      create table seen (name text, value text);
      create function see() returns trigger language plpgsql as $$ begin
        insert into public.seen select name, setting || coalesce(unit, '') from pg_settings where name in
          ('synchronous_commit', 'statement_timeout', 'idle_session_timeout', 'tcp_keepalives_idle');
        return new;
      end $$;
      create trigger see before insert on deepgram_state._state for each statement execute function see()`);
    for (const setting of ["synchronous_commit = 'off'", "statement_timeout = '1h'"])
      await database.sql(`alter database ${database.name} set ${setting}`);

    await (await locked(database)).release();

    const seen = await database.sql('select distinct name, value from seen order by 1');
    expect(seen).toEqual([
      { name: 'idle_session_timeout', value: '75000ms' },
      { name: 'statement_timeout', value: '0ms' },
      { name: 'synchronous_commit', value: 'on' },
      { name: 'tcp_keepalives_idle', value: '30s' },
    ]);
  });

  describe('every ten seconds', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it('shows that its run is alive', async () => {
      const database = await emptyDatabase();
      const lock = await locked(database);
      const [holder] = await backendsOf(database);
      const lastAsked = async () =>
        (
          await database.sql('select query_start::text from pg_stat_activity where pid = $1', [holder?.pid])
        )[0];
      const before = await lastAsked();
      expect(await lastAsked()).toEqual(before);

      vi.advanceTimersByTime(10_000);

      await vi.waitFor(async () => expect(await lastAsked()).not.toEqual(before), 60_000);
      expect(lock.lost.aborted).toBe(false);
      await lock.release();
    });

    it('is looked for, and a run that does not have it any more stops', async () => {
      const database = await emptyDatabase();
      const rows = await opened(database);
      const lock = await rows.lock({
        clock,
        log: silentLog,
        signal: new AbortController().signal,
        wait: false,
      });
      await database.sql(`
        create function lose() returns trigger language plpgsql as $$ begin
          perform pg_advisory_unlock_all();
          return new;
        end $$;
        create trigger lose before insert on deepgram_state._state for each statement execute function lose()`);
      await rows.write({ rows: [{ kind: 'memory', name: '["x","y"]', part: 0, value: '1' }] });
      const lost = once(lock.lost, 'abort');

      vi.advanceTimersByTime(10_000);
      await lost;

      // Not found out by the end of the session, which the server would bring about in the end.
      const sessions = await database.sql(`
        select pid from pg_stat_activity
        where pid = (select (value::json ->> 'backend')::int from deepgram_state._state where kind = 'lock')`);
      expect(sessions).toHaveLength(1);
      await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'STATE_TAKEN_OVER' });
      await lock.release();
    });
  });
});
