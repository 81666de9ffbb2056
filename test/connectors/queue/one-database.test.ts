import { describe, expect, it, onTestFinished } from 'vitest';
import { tasksTable } from '../../../connectors/queue/tasks/queue-schema.js';
import { until } from '../../http/test-client.js';
import { emptyDatabase } from '../postgres/opened-sink.js';
import { hasPostgres, PASSWORD, type TestDatabase } from '../postgres/postgres-server.js';
import { type StateWorld, stateWorld } from '../postgres/state/state-world.js';

const DAY = '2026-11-19';
const OF_DAY = `--stream requests --since ${DAY} --until ${DAY}`;
const SEVERAL = ['p-1', 'p-2', 'p-3'];
const SOME = '--stream requests --stream usage';
/** The head of somebody else's state. */
const OTHERS = {
  kind: 'checkpoints',
  name: '[]',
  part: 0,
  value: '{"version":4,"updated_at":"2026-11-01T00:00:00Z","sinks":{},"rows":0}',
};
const TASKS = tasksTable('deepgram_state_queue');

describe.skipIf(!hasPostgres)('a sink in the database of the state', () => {
  it('is not given a day again whose worker was cut off as soon as it was committed', async () => {
    const { world, database } = await worldWith('STATE_URL');

    await cutOff(world, database);
    const read = readingsOf(world);
    const kept = await remembered(world, ['checkpoints', 'last_readings']);
    await workAnew(world);

    expect(read).toBeGreaterThan(0);
    expect(readingsOf(world)).toBe(read);
    const whole = await undisturbed(['p-1'], OF_DAY);
    expect(kept).toEqual(await remembered(whole, ['checkpoints', 'last_readings']));
  });

  it('is given it again where it is in another database, also beside a state of the same name', async () => {
    const { world, database } = await worldWith('SINK_URL');

    await cutOff(world, database);
    const read = readingsOf(world);
    await workAnew(world);

    expect(readingsOf(world)).toBeGreaterThan(read);
    expect(await database.sql('select * from deepgram_state._state')).toEqual([OTHERS]);
  });

  it('is given it again by a run that has the state alone', async () => {
    const { world, database } = await worldWith('STATE_URL');
    await endSessionAtCommit(world, database);

    const cut = await world.run(`sync ${OF_DAY}`);
    const read = readingsOf(world);
    await database.sql('drop function ends_session cascade');
    const next = await world.run(`sync ${OF_DAY}`);

    expect([cut.code, next.code]).toEqual([2, 0]);
    expect(readingsOf(world)).toBeGreaterThan(read);
  });

  it('has everything all the same where its role may not write to the state', async () => {
    const { world, database } = await worldWith('SINK_URL', { asRole: true, projects: SEVERAL });
    await world.run(`enqueue ${SOME}`);

    const { code, stderr } = await world.run('worker --until-empty');

    expect(code).toBe(0);
    expect(stderr).toMatch(/kept in the state after it, and not with it: permission denied/);
    expect(await remembered(world)).toEqual(await remembered(await undisturbed(SEVERAL)));
    expect(await recordsIn(database)).toBeGreaterThan(0);
  });

  it('makes the state what one sync makes it', async () => {
    const { world } = await worldWith('STATE_URL', { projects: SEVERAL });
    await world.run(`enqueue ${SOME}`);

    const worked = await Promise.all([world.run('worker --until-empty'), world.run('worker --until-empty')]);

    expect(worked.map(({ code }) => code)).toEqual([0, 0]);
    expect(await remembered(world)).toEqual(await remembered(await undisturbed(SEVERAL)));
  });
});

/** A job from a small account to a database, which is that of the state or another one; its tables are there. */
async function worldWith(
  url: 'STATE_URL' | 'SINK_URL',
  {
    asRole = false,
    projects = ['p-1'],
  }: { readonly asRole?: boolean; readonly projects?: readonly string[] } = {},
): Promise<{ readonly world: StateWorld; readonly database: TestDatabase }> {
  const other = await emptyDatabase();
  await other.sql(
    `create schema deepgram_state;
     create table deepgram_state._state (kind text, name text, part integer, value text, primary key (kind, name, part));
     insert into deepgram_state._state select * from json_populate_record(null::deepgram_state._state, '${JSON.stringify(OTHERS)}')`,
  );
  const world = await stateWorld({
    account: { projects: projects.map((id) => ({ id, name: `Project ${id}` })) },
    sinks: [`db: { type: postgres, url: "\${${url}}" }`],
    window: 'since: 4d',
    env: { SINK_URL: other.url },
  });
  const database = url === 'STATE_URL' || asRole ? world.database : other;
  if (asRole) world.terminal.env.SINK_URL = await roleOf(database);
  await world.run('sync --stream usage --since 2026-11-01 --until 2026-11-01');
  return { world, database };
}

/** The URL of a role that may make a schema of its own, and no more. */
async function roleOf(database: TestDatabase): Promise<string> {
  const name = `role_${database.name.slice(5, 17)}`;
  await database.sql(
    `create role ${name} login password '${PASSWORD}'; grant create, temporary on database ${database.name} to ${name}`,
  );
  onTestFinished(() => database.sql(`drop owned by ${name} cascade; drop role ${name}`).then(() => {}));
  return database.server.url(database.name, { user: name });
}

/** The same world, of which one `sync` has all. */
async function undisturbed(projects: readonly string[], what = SOME): Promise<StateWorld> {
  const { world } = await worldWith('STATE_URL', { projects });
  await world.run(`sync ${what}`);
  return world;
}

/** A worker reads and delivers the day, and can keep nothing any more as soon as that is committed. */
async function cutOff(world: StateWorld, database: TestDatabase): Promise<void> {
  await world.run(`enqueue ${OF_DAY}`);
  // What is given back stays so.
  await world.database.sql(`
    create function stays() returns trigger language plpgsql as
      $$ begin new.start_after = 'infinity'; return new; end $$;
    create trigger stays before update on ${TASKS} for each row when (new.state = 'retry') execute function stays()`);
  await endSessionAtCommit(world, database);
  const worker = world.terminal.again();
  const ended = worker.run('worker', '-c', 'job.yaml');
  await until(() => /is given back|is left to other workers/.test(worker.stderr));
  worker.interrupt(143);
  await ended;
  await world.database.sql('drop function stays cascade');
  await database.sql('drop function ends_session cascade');
}

/** What is queued is forgotten, and queued anew where it is lacking. */
async function workAnew(world: StateWorld): Promise<void> {
  await world.database.sql(`delete from ${TASKS}`);
  const queued = await world.run(`enqueue ${OF_DAY}`);
  const worked = await world.run('worker --until-empty');
  expect([queued.code, worked.code]).toEqual([0, 0]);
}

/** With the last that the server does before it says that the day is committed, it ends the session that has the state. */
async function endSessionAtCommit({ database }: StateWorld, sink: TestDatabase): Promise<void> {
  const key = "hashtextextended('deepgram-export state deepgram_state', 0)";
  const holders = `pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()
    and database = (select oid from pg_database where datname = '${database.name}')
    and classid = ((${key} >> 32) & 4294967295)::oid and objid = (${key} & 4294967295)::oid`;
  await sink.sql(`
    create function ends_session() returns trigger language plpgsql security definer as $$ begin
      perform pg_terminate_backend(pid) from ${holders};
      while exists (select from ${holders}) loop perform pg_sleep(0.01); end loop;
      return null;
    end $$;
    create constraint trigger ends_session after insert on deepgram._partitions deferrable initially deferred
      for each row when (new.stream = 'requests') execute function ends_session()`);
}

/** Calls for pages of the request log. */
function readingsOf({ account }: StateWorld): number {
  return account.calls.filter(({ path }) => path.endsWith('/requests')).length;
}

async function recordsIn(database: TestDatabase): Promise<number> {
  const [found] = await database.sql<{ readonly count: string }>('select count(*) from deepgram.requests');
  return Number(found?.count);
}

/** What is remembered of each sink and project. */
async function remembered(
  { database }: StateWorld,
  kinds = ['checkpoints', 'last_readings', 'memory'],
): Promise<unknown> {
  const rows = await database.sql<{ kind: string; name: string; part: number; value: string }>(
    `select kind, name, part, value from deepgram_state._state
     where kind = any($1) and name <> '[]' order by 1, 2, 3`,
    [kinds],
  );
  return rows.map(({ value, ...row }) => ({ ...row, value: JSON.parse(value) as unknown }));
}
