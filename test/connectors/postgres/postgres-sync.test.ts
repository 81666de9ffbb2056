import { describe, expect, it } from 'vitest';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { ARCHIVE } from '../../cli/world.js';
import { hasPostgres, type TestDatabase } from './postgres-server.js';
import { NOW, postgresWorld } from './postgres-world.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe.skipIf(!hasPostgres)('sync into PostgreSQL', () => {
  it('fills a table for each stream with what the archive has', async () => {
    const world = await postgresWorld({ sinks: [ARCHIVE], window: 'since: 3d' });

    expect(await world.sync()).toBe(0);

    const files = await world.terminal.files('out/ndjson');
    const lines = Object.entries(files).flatMap(([path, text]) =>
      text
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line): [string, Record<string, unknown>] => [path.split('/')[0] ?? '', JSON.parse(line)]),
    );
    const streams = [...new Set(lines.map(([stream]) => stream))].filter((name) => !name.startsWith('.'));
    expect(streams).toHaveLength(17);
    for (const stream of streams) {
      const written = lines.filter(([of]) => of === stream).map(([, record]) => normal(record));
      const rows = await world.database.sql<{ readonly row: Record<string, unknown> }>(
        `select to_jsonb(t) as row from deepgram."${stream}" t`,
      );
      expect(inOrder(rows.map(({ row }) => normal(row))), stream).toEqual(inOrder(written));
    }
    const noted = await world.database.sql(
      'select stream, sum(records)::int as records, sum(unsettled)::int as unsettled from deepgram._partitions group by 1',
    );
    expect(noted).toHaveLength(17);
    for (const { stream, records, unsettled } of noted) {
      const of = lines.filter(([name]) => name === stream).map(([, record]) => record);
      const open = of.filter(({ settled }) => settled === false).length;
      expect({ stream, records, unsettled }).toEqual({ stream, records: of.length, unsettled: open });
    }
  });

  it('says of each column what it is, in which unit, and keeps dollars exact', async () => {
    const world = await postgresWorld();
    await world.sync();

    const columns = await world.database.sql(
      `select attname as name, format_type(atttypid, null) as type, col_description(attrelid, attnum) as comment
       from pg_attribute where attrelid = 'deepgram.requests'::regclass and attnum > 0 order by attnum`,
    );

    expect(columns.map(({ name }) => name)).toEqual(requests.fields.map(({ name }) => name));
    expect(columns).toEqual(
      expect.arrayContaining([
        { name: 'created_at', type: 'timestamp with time zone', comment: 'When the request arrived, UTC' },
        { name: 'tags', type: 'text[]', comment: 'Tags given by the caller or the API key' },
        { name: 'audio_seconds', type: 'double precision', comment: 'Length of the audio (unit: second)' },
        { name: 'cost_usd', type: 'numeric', comment: expect.stringMatching(/^Cost; .*\(unit: dollar\)$/) },
      ]),
    );
    const silent = await world.database.sql(
      `select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
       where c.relnamespace = 'deepgram'::regnamespace and c.relkind = 'r'
         and (col_description(c.oid, a.attnum) is null or obj_description(c.oid, 'pg_class') is null)`,
    );
    expect(silent).toEqual([]);
  });

  it('writes no row of a table where nothing has changed', async () => {
    const world = await postgresWorld({ window: 'since: 3d' });
    await world.sync();
    const before = await placesOfAll(world.database);

    expect(await world.sync('--full-refresh')).toBe(0);

    const after = await placesOfAll(world.database);
    expect(after.filter(({ day }) => day !== '2026-11-20')).toEqual(
      before.filter(({ day }) => day !== '2026-11-20'),
    );
    expect(before.length).toBeGreaterThan(100);
    expect(await world.database.sql('select count(*) from deepgram._runs')).toEqual([{ count: '2' }]);
  });

  it.each([
    [
      'rows',
      "delete from deepgram.requests where ctid = (select min(ctid) from deepgram.requests where date = '2026-11-19')",
    ],
    ['a table', 'drop table deepgram.requests cascade'],
    ['a schema', 'drop schema deepgram cascade'],
    ['what is said of them', 'truncate deepgram._partitions'],
  ])('delivers %s again that somebody has deleted', async (_, deletion) => {
    const world = await postgresWorld();
    await world.sync();
    const before = await world.database.sql('select request_id from deepgram.requests order by 1');
    await world.database.sql(deletion);

    expect(await world.sync()).toBe(0);

    expect(await world.database.sql('select request_id from deepgram.requests order by 1')).toEqual(before);
    const [days] = await world.database.sql(
      "select sum(records)::int as records from deepgram._partitions where stream = 'requests'",
    );
    expect(days).toEqual({ records: before.length });
  });

  it('adds columns that are new, and leaves those and the views of others', async () => {
    const world = await postgresWorld();
    await world.sync();
    await world.database.sql(`
      alter table deepgram.requests drop column deployment cascade, add column team text default 'ours';
      comment on column deepgram.requests.path is null;
      create view deepgram.ours as select request_id, team from deepgram.requests`);

    expect(await world.sync('--full-refresh')).toBe(0);

    const [row] = await world.database.sql(
      `select count(deployment) > 0 as refilled, min(team) as team, count(*) = (select count(*) from deepgram.ours) as seen,
         col_description('deepgram.requests'::regclass, 6) as comment from deepgram.requests`,
    );
    expect(row).toMatchObject({ refilled: true, team: 'ours', seen: true });
  });

  it('delivers days again whose costs somebody has dropped with their column', async () => {
    const world = await postgresWorld();
    await world.sync();
    const costs = () =>
      world.database.sql('select date::text, sum(cost_usd) from deepgram.requests group by 1 order by 1');
    const before = await costs();
    await world.database.sql('alter table deepgram.requests drop column cost_usd cascade');

    expect(await world.sync()).toBe(0);

    expect(await costs()).toEqual(before);
  });

  it('deletes what is older than `keep`, says so, and does not take it for missing', async () => {
    const later = { now: NOW, sleep: async () => {} };
    const clock = { now: () => later.now, sleep: later.sleep };
    const world = await postgresWorld({
      clock,
      window: 'since: 3d',
      settings: 'keep: { requests: 90d, usage: 2d }',
    });
    await world.sync();
    const usage = () => world.database.sql('select date::text from deepgram.usage order by 1');
    const kept = await usage();

    later.now = NOW + HOUR_MS;
    expect(await world.sync()).toBe(0);
    const [oldest] = await world.database.sql(
      "select date::text, read_at, expired_at from deepgram._partitions where stream = 'usage' order by 1 limit 1",
    );
    later.now = NOW + 95 * DAY_MS;
    const terminal = world.terminal.again();
    await terminal.run('sync', '-c', 'job.yaml', '--since', '2027-02-22');

    expect(kept).toEqual([{ date: '2026-11-18' }, { date: '2026-11-19' }, { date: '2026-11-20' }]);
    // Not once more in the second run.
    expect(oldest).toEqual({ date: '2026-11-17', read_at: new Date(NOW), expired_at: new Date(NOW) });
    expect(await usage()).not.toEqual(kept);
    const [left] = await world.database.sql(
      `select (select count(*) from deepgram.requests where date < '2026-11-22')::int as requests,
         (select sum(requests) > 0 from deepgram.requests_by_day where date < '2026-11-22') as counted,
         (select count(*) from deepgram._partitions where stream = 'requests' and expired_at is not null)::int as expired`,
    );
    expect(left).toEqual({ requests: 0, counted: true, expired: 4 });
    expect(terminal.stdout).toMatch(/rows of requests deleted by keep/);
  });

  it('tells apart runs, and says how fresh each table is', async () => {
    const world = await postgresWorld();
    await world.sync();

    const [run] = await world.database.sql('select *, run::text from deepgram._runs');
    const fresh = await world.database.sql(
      "select stream, last_day::text, read_at from deepgram.freshness where stream = 'requests'",
    );

    expect(run).toMatchObject({ started_at: new Date(NOW), failed_partitions: '0', rejected: '0' });
    expect(fresh).toEqual([{ stream: 'requests', last_day: '2026-11-20', read_at: new Date(NOW) }]);
  });

  it('fails alone: the other sink has everything', async () => {
    const world = await postgresWorld({ sinks: [ARCHIVE] });
    await world.database.sql(`alter database ${world.database.name} set default_transaction_read_only = on`);

    const terminal = world.terminal.again();
    const code = await terminal.run('sync', '-c', 'job.yaml');

    expect(code).toBe(4);
    expect(terminal.stdout + terminal.stderr).toMatch(/can only be read/);
    expect(Object.keys(await world.terminal.files('out/ndjson')).length).toBeGreaterThan(10);
  });
});

/** Where every row of every table of data is, and which transaction wrote it; balances are of the moment. */
async function placesOfAll(
  database: TestDatabase,
): Promise<readonly { readonly table: string; readonly day: string | null; readonly place: string }[]> {
  const tables = await database.sql<{ readonly name: string }>(
    `select relname as name from pg_class where relnamespace = 'deepgram'::regnamespace and relkind = 'r'
     and relname not like '\\_%' and relname <> 'balances' order by 1`,
  );
  const places = await Promise.all(
    tables.map(({ name }) =>
      database.sql<{ readonly table: string; readonly day: string | null; readonly place: string }>(
        `select '${name}' as table, to_jsonb(t)->>'date' as day, concat(t.ctid, t.xmin) as place
         from deepgram."${name}" t order by t.ctid`,
      ),
    ),
  );
  return places.flat();
}

/** A record as JSON of the archive and of PostgreSQL have it alike. */
function normal(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? microseconds(value) : value,
    ]),
  );
}

/** `2026-11-20T11:59:47.4343+00:00` is `2026-11-20T11:59:47.434300Z`. */
function microseconds(moment: string): string {
  const [, seconds = '', fraction = ''] = /^([^.+Z]+)(?:\.(\d+))?/.exec(moment) ?? [];
  return `${seconds}.${fraction.padEnd(6, '0')}Z`;
}

function inOrder(records: readonly Record<string, unknown>[]): readonly string[] {
  return records.map((record) => JSON.stringify(Object.entries(record).sort())).sort();
}
