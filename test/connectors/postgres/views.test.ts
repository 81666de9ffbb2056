import { describe, expect, it } from 'vitest';
import { ARCHIVE } from '../../cli/world.js';
import { hasPostgres, PASSWORD, TestDatabase } from './postgres-server.js';
import { type PostgresWorld, postgresWorld } from './postgres-world.js';

const VIEWS = [
  'cost_changes',
  'freshness',
  'monthly_cost',
  'monthly_cost_by_api_key',
  'monthly_cost_by_line_item',
  'monthly_cost_by_model',
  'monthly_cost_by_team',
];

/** A month and some days, so that there is a month before. */
const MONTHS = { window: 'since: 25d', sinks: [ARCHIVE] };

describe.skipIf(!hasPostgres)('the views', () => {
  it('are read by the reader, have rows and a question each, and their sums are those of the records', async () => {
    const world = await postgresWorld(MONTHS);
    expect(await world.sync()).toBe(0);
    const reader = await asReader(world);

    for (const view of VIEWS) {
      const [found] = await reader.sql(
        `select count(*) > 0 as rows, obj_description('deepgram."${view}"'::regclass) as question from deepgram."${view}"`,
      );
      expect(found, view).toEqual({ rows: true, question: expect.stringMatching(/\?/) });
    }
    const billed = await exactSum(world, 'billing');
    for (const view of VIEWS.filter((name) => name.startsWith('monthly_cost') && !name.endsWith('model'))) {
      expect(
        await reader.sql(`select trim_scale(sum(cost_usd))::text as sum from deepgram.${view}`),
        view,
      ).toEqual([{ sum: billed }]);
    }
    expect(
      await reader.sql('select trim_scale(sum(cost_usd))::text as sum from deepgram.monthly_cost_by_model'),
    ).toEqual([{ sum: await exactSum(world, 'requests') }]);
  });

  it('compare a month with the one before, also where one of them has nothing', async () => {
    const world = await postgresWorld(MONTHS);
    await world.sync();

    const byDimension = await world.database.sql(
      `select dimension, trim_scale(sum(cost_usd))::text as cost, trim_scale(sum(previous_cost_usd))::text as previous
       from deepgram.cost_changes where month = '2026-11-01' group by 1 order by 1`,
    );
    const months = await world.database.sql(
      'select month::text, trim_scale(sum(cost_usd))::text as cost from deepgram.monthly_cost group by 1 order by 1',
    );

    const [october, november] = months;
    expect(byDimension.map(({ dimension }) => dimension)).toEqual([
      'api_key',
      'line_item',
      'model',
      'project',
      'team',
    ]);
    for (const { dimension, cost, previous } of byDimension.filter((row) => row.dimension !== 'model')) {
      expect({ dimension, cost, previous }).toEqual({
        dimension,
        cost: november?.cost,
        previous: october?.cost,
      });
    }
    expect(
      await world.database.sql("select count(*) from deepgram.cost_changes where month > '2026-11-01'"),
    ).toEqual([{ count: '0' }]);
  });

  it('reconcile: the log, usage and billing of each day agree where they should', async () => {
    const world = await postgresWorld(MONTHS);
    await world.sync();

    const days = await world.database.sql(
      `select date::text, comparison from deepgram.reconciliation
       where date < '2026-11-20' and verdict not in ('equal', 'explained')`,
    );

    expect(days).toEqual([]);
    expect(await world.database.sql('select count(distinct date) from deepgram.reconciliation')).toEqual([
      { count: '26' },
    ]);
  });

  it('make room where what was one is a table now', async () => {
    const world = await postgresWorld();
    await world.terminal.again().run('sync', '-c', 'job.yaml', '--stream', 'usage');
    await world.database.sql(`
      create view deepgram.reconciliation as select 1 as older;
      update deepgram._layout set views = replace(views, '{', '{"reconciliation":"older",')`);

    expect(await world.sync()).toBe(0);

    expect(await world.database.sql('select count(*) > 0 as rows from deepgram.reconciliation')).toEqual([
      { rows: true },
    ]);
  });

  it('stay where somebody has made one of that name, or one of ours into one of theirs', async () => {
    const world = await postgresWorld();
    await world.database.sql('create schema deepgram; create view deepgram.freshness as select 1 as mine');
    const terminal = world.terminal.again();
    await terminal.run('sync', '-c', 'job.yaml');
    await world.database.sql(`
      create view deepgram.theirs as select * from deepgram.cost_changes;
      update deepgram._layout set views = replace(views, '"cost_changes":"', '"cost_changes":"older')`);

    const later = world.terminal.again();
    expect(await later.run('sync', '-c', 'job.yaml')).toBe(0);

    expect(terminal.stderr).toMatch(/The view freshness is not made/);
    expect(later.stderr).toMatch(/The view cost_changes stays as an older program made it/);
    expect(later.stderr).not.toMatch(/monthly_cost/);
    expect(await world.database.sql('select mine from deepgram.freshness')).toEqual([{ mine: 1 }]);
    expect(await world.database.sql('select count(*) > 0 as rows from deepgram.theirs')).toEqual([
      { rows: true },
    ]);
  });

  it('are made anew with those of ours that are made of them', async () => {
    const world = await postgresWorld();
    await world.sync();
    await world.database.sql(`
      drop view deepgram.monthly_cost cascade;
      create view deepgram.monthly_cost as select 1 as older;
      create view deepgram.cost_changes as select older from deepgram.monthly_cost;
      update deepgram._layout set views = replace(views, '"monthly_cost":"', '"monthly_cost":"older')`);
    const terminal = world.terminal.again();

    expect(await terminal.run('sync', '-c', 'job.yaml')).toBe(0);

    expect(terminal.stderr).not.toMatch(/view/);
    for (const view of ['monthly_cost', 'cost_changes'])
      expect(await world.database.sql(`select count(cost_usd) > 0 as rows from deepgram.${view}`)).toEqual([
        { rows: true },
      ]);
  });

  it('are made of all that is there, also by a run of some streams', async () => {
    const world = await postgresWorld();
    await world.sync();
    const definitions = () =>
      world.database.sql(
        "select viewname, definition from pg_views where schemaname = 'deepgram' order by 1",
      );
    const before = await definitions();

    expect(await world.sync('--stream', 'billing')).toBe(0);

    expect(await definitions()).toEqual(before);
  });

  it('are made anew where they were made otherwise, and not where they are as they should be', async () => {
    const world = await postgresWorld();
    await world.sync();
    const oids = () =>
      world.database.sql(
        "select relname, oid from pg_class where relnamespace = 'deepgram'::regnamespace and relkind = 'v' order by 1",
      );
    const before = await oids();
    await world.sync();
    const unchanged = await oids();
    await world.database.sql(
      `update deepgram._layout set views = replace(views, '"freshness":"', '"freshness":"older')`,
    );

    await world.sync();

    expect(unchanged).toEqual(before);
    const after = await oids();
    expect(after.filter(({ oid }, at) => oid !== before[at]?.oid)).toMatchObject([{ relname: 'freshness' }]);
    expect(await (await asReader(world)).sql('select count(*) > 0 as rows from deepgram.freshness')).toEqual([
      { rows: true },
    ]);
  });
});

describe.skipIf(!hasPostgres)('the reader', () => {
  it('reads in UTC, for a minute at most, and changes nothing', async () => {
    const world = await postgresWorld();
    await world.sync();
    const reader = await asReader(world);

    const [settings] = await reader.sql(
      `select current_setting('timezone') as timezone, current_setting('statement_timeout') as longest,
         (select count(*) > 0 from deepgram.requests) as reads`,
    );

    expect(settings).toEqual({ timezone: 'UTC', longest: '1min', reads: true });
    await expect(reader.sql('delete from deepgram.requests')).rejects.toThrow(/read-only transaction/);
    await expect(reader.sql('begin read write; delete from deepgram.requests')).rejects.toThrow(
      /permission denied/,
    );
  });

  it('also reads a table that comes later', async () => {
    const world = await postgresWorld();
    await world.sync('--stream', 'usage');

    await world.sync();

    const reader = await asReader(world);
    expect(await reader.sql('select count(*) > 0 as reads from deepgram.requests')).toEqual([
      { reads: true },
    ]);
  });
});

/** The same database, as the role of dashboards sees it. */
async function asReader({ database }: PostgresWorld): Promise<TestDatabase> {
  await database.sql(`alter role deepgram_reader login password '${PASSWORD}'`);
  return new TestDatabase(database.server, database.name, 'deepgram_reader');
}

/** What a stream costs by the archive, added up without loss. */
async function exactSum({ terminal }: PostgresWorld, stream: string): Promise<string> {
  const files = await terminal.files(`out/ndjson/${stream}`);
  const digits = 12;
  const units = Object.values(files)
    .flatMap((text) => text.split('\n').filter((line) => line !== ''))
    .map((line) => BigInt(Math.round(Number(JSON.parse(line).cost_usd ?? 0) * 10 ** digits)))
    .reduce((sum, one) => sum + one, 0n);
  return `${units / 10n ** BigInt(digits)}.${String(units % 10n ** BigInt(digits)).padStart(digits, '0')}`.replace(
    /0+$/,
    '',
  );
}
