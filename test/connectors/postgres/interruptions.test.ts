import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../connectors/deepgram/streams/usage.js';
import { postgresSettings } from '../../../connectors/postgres/postgres-settings.js';
import { postgresSink } from '../../../connectors/postgres/postgres-sink.js';
import {
  manyRequests,
  NOW,
  partitionOf,
  requestRow,
  rowsOf,
} from '../../../connectors/testing/sample-records.js';
import { sinkContext } from '../../../connectors/testing/sink-context.js';
import type { Sink } from '../../../src/catalogue/sink.js';
import { failureOf } from '../../../src/errors/export-error.js';
import { silentLog } from '../../../src/log/log.js';
import { addDays } from '../../../src/time/day.js';
import { deliver, emptyDatabase, preparedSink } from './opened-sink.js';
import { hasPostgres, type TestDatabase } from './postgres-server.js';

const PARTITION = partitionOf('requests', '2026-11-20');
const never = new AbortController().signal;

describe.skipIf(!hasPostgres)('a server that goes away', () => {
  it('and comes back is waited for, whatever was under way', async () => {
    const database = await emptyDatabase();
    const { server } = database;
    const waits: number[] = [];
    const sink = await waitingSink(database, async (ms) => {
      waits.push(ms);
      if (waits.length === 2) server.start();
    });
    const writer = await sink.begin(PARTITION, never);
    await writer.write(manyRequests(500));
    server.stop();
    await writer.write([requestRow(501)]);

    const receipt = await writer.commit();

    expect(receipt.accepted).toBe(501);
    expect(waits).toEqual([250, 500]);
    expect(await database.sql('select count(*) from deepgram.requests')).toEqual([{ count: '501' }]);
  });

  it('and stays away is given up after a minute, once', async () => {
    const database = await emptyDatabase();
    let waited = 0;
    const said: string[] = [];
    const sink = await waitingSink(
      database,
      async (ms) => {
        waited += ms;
      },
      said,
    );
    database.server.stop();
    onTestFinished(() => database.server.start());

    const errors = [];
    for (const day of ['2026-11-18', '2026-11-19']) {
      const failed = deliver(sink, partitionOf('requests', day), rowsOf('requests', day));
      errors.push(await failed.then(() => undefined, failureOf));
    }

    expect(errors).toMatchObject([{ kind: 'transient' }, { kind: 'transient' }]);
    expect(errors[1]?.message).toMatch(/does not answer/);
    expect(waited).toBeGreaterThan(60_000);
    expect(waited).toBeLessThan(70_000);
    expect(said).toEqual([expect.stringMatching(/does not answer.*It is waited for\.$/)]);
  });

  it('in the middle of a merge leaves nothing half, and the merge is done again', async () => {
    const database = await emptyDatabase();
    const sink = await waitingSink(database, async () => {});
    await deliver(sink, PARTITION, manyRequests(50));
    // The first write to the table ends its own connection; the second is let through.
    await database.sql(`
      create sequence tries;
      create function cut() returns trigger language plpgsql as $$ begin
        if nextval('public.tries') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
        return new;
      end $$;
      create trigger cut before insert or update on deepgram.requests for each statement execute function cut()`);

    const receipt = await deliver(sink, PARTITION, manyRequests(80));

    expect(receipt.accepted).toBe(80);
    expect(await database.sql('select count(*) from deepgram.requests')).toEqual([{ count: '80' }]);
    expect(await database.sql("select count(*) from pg_locks where locktype = 'advisory'")).toEqual([
      { count: '0' },
    ]);
  });
});

describe.skipIf(!hasPostgres)('partitions that come together', () => {
  it('go in few transactions over few connections', async () => {
    const database = await emptyDatabase();
    const sink = await preparedSink(database, [requests, usage]);
    const days = Array.from({ length: 20 }, (_, at) => `2026-10-${String(at + 1).padStart(2, '0')}`);

    await Promise.all(days.map((day) => deliver(sink, partitionOf('usage', day), rowsOf('usage', day))));

    const [found] = await database.sql<{ readonly rows: string; readonly transactions: string }>(
      'select count(*) as rows, count(distinct xmin::text) as transactions from deepgram.usage',
    );
    expect(found?.rows).toBe('20');
    expect(Number(found?.transactions)).toBeLessThanOrEqual(4);
    expect(await connectionsTo(database)).toBeLessThanOrEqual(3);
  });

  it('are few as well where many ask at once before anything else, and none is left at the end', async () => {
    const database = await emptyDatabase();
    await preparedSink(database, [usage]);
    const others = await connectionsTo(database);
    const settings = postgresSettings.parse({ url: database.url });
    const sink = postgresSink(settings, sinkContext('.', { streams: [usage] }));
    const { project } = partitionOf('usage', '2026-10-01');
    const days = Array.from({ length: 12 }, (_, at) => addDays('2026-10-01', at));
    const signal = new AbortController().signal;

    await Promise.all(days.map((day) => sink.held?.(usage, project, [day], signal)));

    expect(await connectionsTo(database)).toBeLessThanOrEqual(others + 3);
    await sink.dispose?.();
    await vi.waitFor(async () => expect(await connectionsTo(database)).toBe(others), { timeout: 20_000 });
  });

  it('do not fail for each other', async () => {
    const database = await emptyDatabase();
    const sink = await preparedSink(database, [requests, usage]);
    await database.sql("alter table deepgram.usage add constraint no_fifth check (date <> '2026-10-05')");
    const days = Array.from({ length: 8 }, (_, at) => `2026-10-0${at + 1}`);

    const outcomes = await Promise.allSettled(
      days.map((day) => deliver(sink, partitionOf('usage', day), rowsOf('usage', day))),
    );

    const failed = outcomes.flatMap((outcome, at) => (outcome.status === 'rejected' ? [days[at]] : []));
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [failureOf(one.reason)] : []));
    expect(failed).toEqual(['2026-10-05']);
    // Not `permanent`: that would end the sink for the rest of the run.
    expect(reasons).toMatchObject([
      { kind: 'transient', message: expect.stringMatching(/no_fifth.*\(23514\)/) },
    ]);
    expect(await database.sql('select count(*) from deepgram.usage')).toEqual([{ count: '7' }]);
    expect(await database.sql('select count(*) from deepgram._partitions')).toEqual([{ count: '7' }]);
  });

  it('are left by one that nobody waits for any more', async () => {
    const database = await emptyDatabase();
    const sink = await preparedSink(database, [requests, usage]);
    const stop = new AbortController();
    const days = Array.from({ length: 6 }, (_, at) => `2026-10-0${at + 1}`);
    const writers = await Promise.all(
      days.map(async (day, at) => {
        const writer = await sink.begin(partitionOf('usage', day), at === 3 ? stop.signal : never);
        await writer.write(rowsOf('usage', day));
        return writer;
      }),
    );

    const outcomes = Promise.allSettled(writers.map((writer) => writer.commit()));
    stop.abort();

    expect(
      (await outcomes).map(({ status }) => status).filter((status) => status === 'rejected'),
    ).toHaveLength(1);
    expect(await database.sql('select count(*) from deepgram.usage')).toEqual([{ count: '5' }]);
  });
});

/** A sink whose clock does something else than to wait. */
async function waitingSink(
  database: TestDatabase,
  sleep: (ms: number) => Promise<void>,
  said: string[] = [],
): Promise<Sink> {
  const log = { ...silentLog, warn: (words: string) => void said.push(words) };
  const clock = { now: () => NOW, sleep };
  const sink = postgresSink(postgresSettings.parse({ url: database.url }), sinkContext('.', { clock, log }));
  onTestFinished(() => sink.dispose?.());
  await sink.prepare?.([requests, usage], never);
  return sink;
}

async function connectionsTo(database: TestDatabase): Promise<number> {
  const [open] = await database.sql<{ readonly count: string }>(
    "select count(*) from pg_stat_activity where application_name = 'deepgram-export' and datname = current_database()",
  );
  return Number(open?.count);
}
