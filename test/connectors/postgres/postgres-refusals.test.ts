import { describe, expect, it } from 'vitest';
import { Terminal } from '../../cli/terminal.js';
import { ARCHIVE } from '../../cli/world.js';
import { hasPostgres, PASSWORD, type TestDatabase } from './postgres-server.js';
import { type PostgresWorld, postgresWorld, type WorldOptions } from './postgres-world.js';

/** What a run says whose database cannot be written, and what it left there. */
async function refused(world: PostgresWorld): Promise<{ readonly code: number; readonly said: string }> {
  const terminal = world.terminal.again();
  const code = await terminal.run('sync', '-c', 'job.yaml', '--summary', 'summary.json');
  const said = `${terminal.stdout}${terminal.stderr}${(await terminal.files())['summary.json']}`;
  expect(said).not.toContain(PASSWORD);
  expect(said).not.toContain(encodeURIComponent(PASSWORD));
  return { code, said };
}

const roleOf = ({ name }: TestDatabase) => `role_${name.slice(5, 17)}`;

/** A role that may log in and nothing else. */
async function role(database: TestDatabase): Promise<string> {
  const name = roleOf(database);
  await database.sql(`create role ${name} login password '${PASSWORD}'`);
  return name;
}

async function printedGrants({ terminal }: PostgresWorld): Promise<string> {
  const grants = terminal.again();
  expect(await grants.run('postgres', 'grants', '-c', 'job.yaml')).toBe(0);
  return grants.stdout;
}

/** What the role of dashboards may do anything with. */
async function readOfTheQueue(database: TestDatabase): Promise<readonly string[]> {
  const rights = 'select, insert, update, delete, truncate, references, trigger';
  const rows = await database.sql<{ readonly relname: string }>(
    `select relname from pg_class where relnamespace = 'deepgram_state_queue'::regnamespace
       and relkind in ('r', 'p', 'v', 'm', 'S') and has_table_privilege('deepgram_reader', oid, '${rights}')`,
  );
  return rows.map(({ relname }) => relname);
}

const tablesOf = (database: TestDatabase) =>
  database.sql(
    "select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'deepgram'",
  );

describe.skipIf(!hasPostgres)('a database that cannot be written', () => {
  const urls: readonly (readonly [string, NonNullable<WorldOptions['url']>, RegExp])[] = [
    [
      'no server',
      ({ server, name }) => server.url(name, { port: 1 }),
      /127\.0\.0\.1:1\/test_\w+ does not answer.*whether the server runs/s,
    ],
    [
      'a wrong password',
      ({ server, name }) => server.url(name).replace('pass%2F', 'otherpass%2F'),
      /does not let the user postgres in: password authentication failed.*ALTER ROLE/s,
    ],
    [
      'a database that is not there',
      ({ server }) => server.url('nowhere'),
      /"nowhere" does not exist.*CREATE DATABASE/s,
    ],
    [
      'a server without TLS',
      ({ server, name }) => server.url(name, { options: '?sslmode=verify-full' }),
      /cannot be reached with TLS/,
    ],
  ];

  it.each(urls)('%s is said with what to do, and check says it too', async (_, url, words) => {
    const world = await postgresWorld({ url });

    const { code, said } = await refused(world);

    expect(code).toBe(5);
    expect(said).toMatch(words);
    const check = world.terminal.again();
    expect(await check.run('check', '-c', 'job.yaml')).toBe(5);
    expect(check.stdout).toMatch(words);
    expect(await tablesOf(world.database)).toEqual([{ count: '0' }]);
  });

  it('without the right to create says which statement gives it, and makes nothing', async () => {
    const world = await postgresWorld({
      sinks: [ARCHIVE],
      url: (database) => database.server.url(database.name, { user: roleOf(database) }),
    });
    const name = await role(world.database);

    const { code, said } = await refused(world);

    expect(code).toBe(4);
    expect(said).toMatch(
      new RegExp(
        `does not allow the user ${name} what is needed: permission denied.*GRANT CREATE, TEMPORARY ON DATABASE`,
        's',
      ),
    );
    expect(await tablesOf(world.database)).toEqual([{ count: '0' }]);
  });

  it('with the least rights that `postgres grants` prints can be written, and keeps a state that the reader has no right to', async () => {
    const world = await postgresWorld({
      url: (database) => database.server.url(database.name, { user: roleOf(database) }),
      state: 'schema: deepgram_state',
    });
    const name = await role(world.database);
    const grants = await printedGrants(world);
    await world.database.sql(
      `revoke all on schema public from public; revoke all on database ${world.database.name} from public`,
    );
    for (const statement of grants.replace(/^--.*$/gm, '').split(';\n')) await world.database.sql(statement);

    expect(await world.sync()).toBe(0);
    for (const command of ['enqueue', 'worker --until-empty'])
      expect(await world.terminal.again().run(...command.split(' '), '-c', 'job.yaml')).toBe(0);

    expect(grants).not.toContain(PASSWORD);
    const owners = await world.database.sql(
      `select relnamespace::regnamespace::text as schema, min(relowner::regrole::text) as least, max(relowner::regrole::text) as most
       from pg_class where relnamespace in ('deepgram'::regnamespace, 'deepgram_state'::regnamespace) group by 1 order by 1`,
    );
    expect(owners).toEqual(
      ['deepgram', 'deepgram_state'].map((schema) => ({ schema, least: name, most: name })),
    );
    const asReader = (sql: string) => world.database.sql(`set role deepgram_reader; ${sql}`);
    await expect(asReader('select from deepgram_state._state')).rejects.toThrow(
      /permission denied for schema deepgram_state/,
    );
    await asReader('select from deepgram._partitions');
    await asReader('select from deepgram_state_queue.overview');
    expect(await readOfTheQueue(world.database)).toEqual(['overview']);
  });

  it('whose role of dashboards is made after the queue, is read by it, and of the queue no task', async () => {
    const world = await postgresWorld({ state: 'schema: deepgram_state' });
    await world.terminal.again().run('enqueue', '-c', 'job.yaml');
    await world.database.sql('drop owned by deepgram_reader; drop role deepgram_reader');

    await world.database.sql(await printedGrants(world));

    expect(await readOfTheQueue(world.database)).toEqual(['overview']);
    await world.database.sql('set role deepgram_reader; select from deepgram_state_queue.overview');
  });

  it('is told by `postgres grants` that a state in the schema of the sink is read with it', async () => {
    const world = await postgresWorld({ state: 'schema: deepgram' });

    const grants = await printedGrants(world);

    expect(grants).toMatch(/-- The state is in the same schema, and "deepgram_reader" reads it/);
    expect(grants.match(/^create schema.*(?= auth)/gm)).toEqual([
      'create schema if not exists "deepgram"',
      'create schema if not exists "deepgram_queue"',
    ]);
  });

  it('made by a newer program is left as it is', async () => {
    const world = await postgresWorld({ settings: 'keep: { usage: 1d }', window: 'since: 3d' });
    await world.sync();
    await world.database.sql(
      "update deepgram._layout set version = 99; update deepgram._partitions set expired_at = null; delete from deepgram.requests where date = '2026-11-20'",
    );

    const { code, said } = await refused(world);

    expect(code).toBe(5);
    expect(said).toMatch(/made by a newer deepgram-export.*Update deepgram-export here/s);
    expect(
      await world.database.sql("select count(*) from deepgram.requests where date = '2026-11-20'"),
    ).toEqual([{ count: '0' }]);
    const [left] = await world.database.sql(
      `select (select count(*)::int from deepgram._runs) as runs,
         (select count(*)::int from deepgram._partitions where expired_at is not null) as expired`,
    );
    expect(left).toEqual({ runs: 1, expired: 0 });
  });

  it('with a table of somebody else’s is left as it is', async () => {
    const world = await postgresWorld();
    await world.database.sql('create schema deepgram; create table deepgram.models (id int)');

    const { code, said } = await refused(world);

    expect(code).toBe(5);
    expect(said).toMatch(/has a table models that deepgram-export did not make.*another `schema`/s);
    expect(await tablesOf(world.database)).toEqual([{ count: '1' }]);
  });

  it('with a column of another type says how to put it right', async () => {
    const world = await postgresWorld();
    await world.sync();
    await world.database.sql('alter table deepgram.purchases alter column amount type text');

    const { code, said } = await refused(world);

    expect(code).toBe(5);
    expect(said).toMatch(/amount\\?" is text, and must be double precision.*ALTER TABLE/s);
  });

  it('that has not every character is refused', async () => {
    const world = await postgresWorld({ databaseOptions: "encoding 'LATIN1' template template0" });

    const { said } = await refused(world);

    expect(said).toMatch(/keeps text as LATIN1.*ENCODING 'UTF8'/s);
  });

  it('with `migrate: false` is told as SQL what is missing, and is fit when that was run', async () => {
    const world = await postgresWorld({ settings: 'migrate: false' });
    const { code, statements } = await toldToRun(world);

    await world.database.sql(`begin; ${statements.join('\n')} commit;`);

    expect(code).toBe(5);
    const views = "select count(*)::int as views from pg_views where schemaname = 'deepgram'";
    const [printed] = await world.database.sql(views);
    expect(await world.sync()).toBe(0);
    const whole = await postgresWorld();
    await whole.sync();
    expect([printed]).toEqual(await whole.database.sql(views));
  });

  it.each([
    ['a view', 'drop view deepgram.freshness', /^create view "deepgram"."freshness"/],
    [
      'a view that others are made of',
      `update deepgram._layout set views = replace(views, '"monthly_cost":"', '"monthly_cost":"older')`,
      /^drop view "deepgram"."cost_changes"/,
    ],
    ['a roll-up', 'drop table deepgram.errors_by_message', /^create table "deepgram"."errors_by_message"/],
    ['a column', 'alter table deepgram.usage drop column requests', /^alter table "deepgram"."usage" add/],
    ['an index', 'drop index deepgram.requests_failed', /^create index "requests_failed"/],
  ])('with `migrate: false` is told so too where only %s is missing', async (_, change, first) => {
    const world = await postgresWorld({ settings: 'migrate: false' });
    await world.database.sql((await toldToRun(world)).statements.join('\n'));
    expect(await world.sync()).toBe(0);
    await world.database.sql(change);

    const { code, statements } = await toldToRun(world);

    expect(code).toBe(5);
    expect(statements[0]).toMatch(first);
    await world.database.sql(`begin; ${statements.join('\n')} commit;`);
    expect(await world.sync()).toBe(0);
  });

  /** What a run that may make nothing ends with, and the SQL that it prints. */
  async function toldToRun(world: PostgresWorld) {
    const { code, said } = await refused(world);
    expect(said).toMatch(/`migrate` is false/);
    return { code, statements: [...said.matchAll(/warn: (.*;)$/gm)].map(([, sql = '']) => sql) };
  }
});

describe('a URL of a database', () => {
  const mistakeIn = async (url: string, settings?: string) => {
    const terminal = await Terminal.open({ env: { DATABASE_URL: url } });
    const own = settings === undefined ? '' : `, ${settings}`;
    await terminal.write(
      'job.yaml',
      `version: 1\nsource: { type: deepgram, api_key: a-key-for-tests }\nsinks: { db: { type: postgres, url: "\${DATABASE_URL}"${own} } }\n`,
    );
    const code = await terminal.run('validate', '-c', 'job.yaml', '--env');
    expect(terminal.stderr).not.toMatch(/hunter2/);
    return code === 0 ? 'fine' : terminal.stderr;
  };

  it.each([
    ['postgres://writer:hunter2@db/analytics'],
    ['postgresql://writer:hunter2@[::1]:5433/analytics?sslmode=verify-full&channel_binding=require'],
    ['postgres:///analytics?host=/var/run/postgresql'],
    ['postgres://writer@/analytics?host=/var/run/postgresql&port=5433'],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/analytics'],
  ])('%s is fine', async (url) => {
    expect(await mistakeIn(url)).toBe('fine');
  });

  it.each([
    ['mysql://writer:hunter2@db/analytics', /must be a URL that starts with postgres:/],
    ['postgres://writer:hunter2@db', /must name the database/],
    [
      'postgres://writer:hunter2@db/analytics?sslmod=require',
      /option "sslmod", which is not known.*did you mean "sslmode"/,
    ],
    [
      'postgres://writer:hunter2@db/analytics?sslmode=prefer',
      /write one of disable, require, verify-ca, verify-full/,
    ],
    ['postgres://writer:hunter2@db/analytics?sslrootcert=ca.pem', /sslrootcert without TLS/],
    ['postgres://writer:hunter2?x@db/analytics', /"\?" and "#" in a password as .*%3F/],
    ['postgres://writer:123?hunter2@db/analytics', /"\?" is written as %3F/],
    ['postgres://writer:hunter2#x@db/analytics', /%23/],
    ['postgres://writer:hunter2%@db/analytics', /%25/],
    ['postgres://writer%0Adrop:hunter2@db/analytics', /no line breaks and no other control characters/],
    ['postgres://:hunter2@db/analytics?user=writer%0D', /no line breaks and no other control characters/],
    ['postgres://writer:hunter2@db/analytics%0Adrop', /no line breaks and no other control characters/],
    ['postgres://writer:hunter2@db:99999/analytics', /URL as postgres:|port from 1 to 65535/],
  ])('%s is a mistake', async (url, words) => {
    expect(await mistakeIn(url)).toMatch(words);
  });

  it.each([
    ['schema: "My Schema"', /schema: must be lower-case letters/],
    ['schema: pg_catalog', /schema: must not be a schema of PostgreSQL/],
    ['keep: { requests: 30d }', /keep: names requests, which must be kept for at least 90d/],
    ['keep: { models: 30d }', /keep: names models, which has no days/],
    ['keep: { request: 400d }', /keep: names request, which this sink does not get/],
  ])('with the setting %s is a mistake', async (settings, words) => {
    expect(await mistakeIn('postgres://writer:hunter2@db/analytics', settings)).toMatch(words);
  });

  it('says TLS once', async () => {
    const url = 'postgres://writer:hunter2@db/analytics?sslmode=require';
    expect(await mistakeIn(url, 'tls: {}')).toMatch(/tls: is said twice/);
  });
});

describe('grants are printed as they are to be run, or not at all', () => {
  it.each([
    ['a user who is named like the password', 'postgres://voice_writer:voice_writer@db/analytics'],
    ['a database that is named like a command of a CI system', 'postgres://writer:hunter2@db/%23%23vso[x]'],
  ])('%s', async (_, url) => {
    const terminal = await Terminal.open({ env: { DATABASE_URL: url } });
    await terminal.write(
      'job.yaml',
      'version: 1\nsource: { type: deepgram, api_key: a-key-for-tests }\nsinks: { db: { type: postgres, url: "${DATABASE_URL}" } }\n',
    );

    expect(await terminal.run('postgres', 'grants', '-c', 'job.yaml')).toBe(2);

    expect(terminal.stdout).toBe('');
    expect(terminal.stderr).toContain('The statements cannot be printed');
  });
});
