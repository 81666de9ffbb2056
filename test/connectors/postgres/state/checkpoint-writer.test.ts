import pg from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../../connectors/deepgram/streams/usage.js';
import { NOW, partitionOf, requestRow, rowsOf } from '../../../../connectors/testing/sample-records.js';
import type { Sink } from '../../../../src/catalogue/sink.js';
import type { StateLock } from '../../../../src/catalogue/state-lock.js';
import type { DayReading } from '../../../../src/checkpoints/checkpoints.js';
import type { RunCheckpoints } from '../../../../src/checkpoints/run-checkpoints.js';
import { silentLog } from '../../../../src/log/log.js';
import type { Row } from '../../../../src/streams/field.js';
import { addDays, type Day } from '../../../../src/time/day.js';
import { emptyDatabase, preparedSink } from '../opened-sink.js';
import { hasPostgres, type TestDatabase } from '../postgres-server.js';
import { openedState, SOURCE, sharedProcess } from './shared-process.js';

const clock = { now: () => NOW, sleep: async () => {} };
const SINK = 'db';
const DAYS = Array.from({ length: 12 }, (_, at) => addDays('2026-10-01', at));
const DAY = '2026-10-01';
const { project: PROJECT } = partitionOf('usage', DAY);
const READING = {
  readAtMs: NOW,
  records: 1,
  unsettled: 0,
  isPartial: false,
  isUnresolved: false,
  isFinal: false,
  sums: { cost_usd: 1 },
} satisfies DayReading;
const signal = new AbortController().signal;

/** A process on a state that it shares, with a sink in the same database. */
interface World {
  readonly database: TestDatabase;
  readonly checkpoints: RunCheckpoints;
  readonly lock: StateLock;
  readonly sink: Sink;
}

describe.skipIf(!hasPostgres)('what is kept in the transaction of the data', () => {
  it('is there with the data, of all partitions that go together', async () => {
    const world = await aWorld();

    await Promise.all(DAYS.map((day) => commit(world, 'usage', day)));

    expect(await closedDays(world, 'usage')).toEqual([[DAYS[0], DAYS.at(-1)]]);
    expect(await readingsIn(world)).toEqual(DAYS);
  });

  it('is what the run keeps later', async () => {
    const world = await aWorld();
    await commit(world, 'usage', DAY);
    const before = await rowsIn(world);

    world.checkpoints.delivered(keyOf('usage'), DAY, READING);
    await world.checkpoints.flush();

    expect(await rowsIn(world)).toEqual(before);
  });

  it('is not of a partition with records that were rejected', async () => {
    const world = await aWorld();
    const unkeepable = requestRow(2, DAY, { path: '/v1/\u0000' });

    const receipt = await commit(world, 'requests', DAY, [requestRow(1, DAY), unkeepable]);

    expect(receipt).toMatchObject({ accepted: 1, rejected: [{ count: 1 }] });
    expect(await closedDays(world, 'requests')).toBeUndefined();
  });

  it('is done again with the data, where the connection breaks in between', async () => {
    const world = await aWorld();
    await world.database.sql(`
      create sequence tries;
      create function cut() returns trigger language plpgsql as $$ begin
        if nextval('public.tries') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
        return new;
      end $$;
      create trigger cut before insert on deepgram_state._state for each statement execute function cut()`);

    await commit(world, 'usage', DAY);

    expect(await world.database.sql('select last_value from tries')).toEqual([{ last_value: '2' }]);
    expect(await closedDays(world, 'usage')).toEqual([[DAY, DAY]]);
    expect(await world.database.sql('select count(*) from deepgram.usage')).toEqual([{ count: '1' }]);
  });

  it('leaves the data in peace where it fails', async () => {
    const world = await aWorld();
    await world.database.sql("update deepgram_state._state set value = '{}' where name = '[]'");

    await commit(world, 'usage', DAY);

    expect(await world.database.sql('select count(*) from deepgram.usage')).toEqual([{ count: '1' }]);
  });

  it('is not what a run keeps that has lost the state to another one', async () => {
    const world = await aWorld();
    await world.lock.release();
    const lock = await (await openedState(world.database)).lock({
      clock,
      log: silentLog,
      signal,
      wait: false,
    });
    onTestFinished(() => lock.release());

    await commit(world, 'usage', DAY);

    expect(await world.database.sql('select count(*) from deepgram.usage')).toEqual([{ count: '1' }]);
    expect(await closedDays(world, 'usage')).toBeUndefined();
  });

  it('lets nobody have the state alone before it is there, although its run is gone', async () => {
    const world = await aWorld();
    const { database } = world;
    const other = await openedState(database);
    const alone = () => other.lock({ clock, log: silentLog, signal, wait: false });
    const saver = await holding(database, 'deepgram-export state deepgram_state save');

    const committed = commit(world, 'usage', DAY);
    await vi.waitFor(
      async () => {
        const waiting = await database.sql(
          `select from pg_locks where locktype = 'advisory' and not granted
             and database = (select oid from pg_database where datname = current_database())`,
        );
        expect(waiting).toHaveLength(1);
      },
      { timeout: 20_000 },
    );
    await world.lock.release();
    await expect(alone()).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    await saver.end();
    await committed;

    const lock = await alone();
    expect(await closedDays(world, 'usage')).toEqual([[DAY, DAY]]);
    await lock.release();
  });
});

type StreamName = 'requests' | 'usage';

async function aWorld(): Promise<World> {
  const database = await emptyDatabase();
  const sink = await preparedSink(database, [requests, usage]);
  const { lock, checkpoints } = await sharedProcess(database, new Map([[SINK, 'here']]));
  const sinks = [
    {
      name: SINK,
      appends: false,
      isEmpty: async () => false,
      wants: () => true,
      held: async () => undefined,
    },
  ];
  const window = { since: DAY, until: '2026-11-20', now: NOW, isDefault: false, isByHand: false };
  const streams = [requests, usage];
  await checkpoints.startRun({ projects: [PROJECT], streams, sinks, window, versions: new Map(), signal });
  return { database, checkpoints, lock, sink };
}

const keyOf = (stream: StreamName) => ({ sink: SINK, stream, projectId: PROJECT.id });

/** Has the sink commit a day with what is kept of it; the run itself keeps nothing. */
async function commit(
  { sink, checkpoints }: World,
  stream: StreamName,
  day: Day,
  rows: readonly Row[] = rowsOf(stream, day),
) {
  const writer = await sink.begin(partitionOf(stream, day), signal);
  await writer.write(rows);
  return writer.commit(checkpoints.checkpoint?.(keyOf(stream), day, READING));
}

/** What the state says, as who has it alone would find it. */
async function closedDays({ database }: World, stream: StreamName) {
  const document = await (await openedState(database)).load();
  return document?.sources.get(SOURCE)?.get(stream)?.get(PROJECT.id)?.get(SINK)?.closed;
}

/** Days of which there is a last reading. */
async function readingsIn({ database }: World): Promise<readonly unknown[]> {
  const rows = await database.sql<{ readonly name: string }>(
    "select name from deepgram_state._state where kind = 'last_readings' order by 1",
  );
  return rows.flatMap(({ name }) => JSON.parse(name));
}

async function rowsIn({ database }: World) {
  return database.sql("select * from deepgram_state._state where kind <> 'lock' order by kind, name, part");
}

/** A session that holds an advisory lock until it ends. */
async function holding({ url }: TestDatabase, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end().catch(() => {}));
  await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
  return client;
}
