import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Terminal } from '../../cli/terminal.js';
import { hasTableauSchema, schemaErrors } from '../../contract/tableau-schema.js';
import { childrenOf, TableauDocument } from '../tableau/source/documents.js';
import { hasPostgres } from './postgres-server.js';
import { postgresWorld } from './postgres-world.js';

const URL = 'postgres://writer:s3cret@db.example.com:6543/speech?sslmode=verify-full';

/** What `postgres tds` writes for the sink of this job. */
async function exported(terminal: Terminal): Promise<TableauDocument> {
  const code = await terminal.run('postgres', 'tds', '-c', 'job.yaml', '--out', 'made/live.tds');
  expect({ code, said: terminal.stderr }).toMatchObject({ code: 0 });
  return TableauDocument.read(join(terminal.cwd, 'made'), 'live.tds');
}

async function terminalWith(url: string, settings = ''): Promise<Terminal> {
  const terminal = await Terminal.open({ env: { DATABASE_URL: url } });
  await terminal.write(
    'job.yaml',
    `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}" }
sinks:
  db: { type: postgres, url: "\${DATABASE_URL}"${settings} }
`,
  );
  return terminal;
}

const connectionOf = (source: TableauDocument) =>
  source.at('connection', 'named-connections', 'named-connection', 'connection')[0];

describe('postgres tds', () => {
  it('writes where the tables are, for the role that reads, and no password', async () => {
    const terminal = await terminalWith(URL);

    const source = await exported(terminal);

    expect(connectionOf(source)).toEqual({
      authentication: 'username-password',
      class: 'postgres',
      dbname: 'speech',
      'odbc-native-protocol': 'yes',
      'one-time-sql': '',
      port: '6543',
      schema: 'deepgram',
      server: 'db.example.com',
      sslmode: 'require',
      username: 'deepgram_reader',
    });
    expect(source.text).not.toMatch(/s3cret|writer/);
    expect(terminal.stdout).toBe(
      'The data source is in made/live.tds: open it in Tableau, and log in as deepgram_reader.\n',
    );
  });

  it.each([
    ['postgres://db.example.com/speech', '', ''],
    ['postgres://db.example.com/speech?sslmode=disable', '', ''],
    ['postgres://db.example.com/speech', ', tls: {}', 'require'],
  ])('asks for TLS as %s does, with%s: %s', async (url, settings, sslmode) => {
    expect(connectionOf(await exported(await terminalWith(url, settings)))).toMatchObject({ sslmode });
  });

  it('names no folder of this machine, such as that of a socket', async () => {
    const source = await exported(await terminalWith('postgres://postgres@/speech?host=/var/run/postgresql'));

    expect(connectionOf(source)).toMatchObject({ server: 'localhost' });
    expect(source.text).not.toContain('/var/run');
  });

  it('has the tables of the sink’s own streams, in its schema', async () => {
    const source = await exported(
      await terminalWith(URL, ', schema: voice, streams: [usage, billing, projects]'),
    );

    expect(source.at('connection', 'relation', 'relation').map(({ table }) => table)).toEqual([
      ...['[voice].[usage]', '[voice].[billing]', '[voice].[projects]'],
    ]);
    expect(source.relationships.toSorted()).toEqual([
      'Usage[project_id, date]! = Billing[project_id, date]',
      'Usage[project_id] = Projects[project_id]!',
    ]);
  });

  it.skipIf(!hasTableauSchema())('fits Tableau’s published schema', async () => {
    const terminal = await terminalWith(URL);
    await exported(terminal);

    expect(schemaErrors([join(terminal.cwd, 'made/live.tds')])).toEqual([]);
  });

  it('refuses a file that cannot be written, as a mistake of the command line', async () => {
    const terminal = await terminalWith(URL);
    await terminal.write('file', '');

    expect(await terminal.run('postgres', 'tds', '-c', 'job.yaml', '--out', 'file/live.tds')).toBe(2);
    expect(terminal.stderr).toContain('--out: Cannot write below');
  });
});

describe.skipIf(!hasPostgres)('what Tableau would ask the database', () => {
  it('finds every column that is declared, and the items of lists once each, in no more rows than the files have', async () => {
    const world = await postgresWorld({
      account: { requestsPerDay: 40 },
      sinks: ['files: { type: tableau-csv, path: files }'],
    });
    expect(await world.sync()).toBe(0);
    const source = await exported(world.terminal.again());
    const files = await world.terminal.files('files');

    for (const relation of source.elements('connection', 'relation', 'relation')) {
      const name = relation.getAttribute('name') ?? '';
      const from =
        relation.getAttribute('type') === 'text'
          ? `(${relation.textContent})`
          : (relation.getAttribute('table') ?? '').replaceAll(/[[\]]/g, '"');
      const declared = source
        .elements('connection', 'metadata-records', 'metadata-record')
        .filter((record) => childrenOf(record, 'parent-name')[0]?.textContent === `[${name}]`)
        .map((record) => `"${childrenOf(record, 'remote-name')[0]?.textContent}"`);
      const [found] = await world.database.sql<{ rows: string }>(
        `select count(*) as rows from (select ${declared.join(', ')} from ${from} as t) as all_of_it`,
      );
      const lines = (files[`${name}.csv`] ?? '').split('\r\n').length - 2;
      expect([name, Number(found?.rows)]).toEqual([name, lines]);
    }
    expect(source.tables).toHaveLength(Object.keys(files).filter((file) => /^\w+\.csv$/.test(file)).length);
  });
});
