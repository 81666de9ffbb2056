import { spawnSync } from 'node:child_process';
import { cp, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { readerRole } from '../../../connectors/postgres/grants/reader-role.js';
import { Terminal } from '../../cli/terminal.js';
import { account, jobText, KEY } from '../../cli/world.js';
import { hasPostgres, PASSWORD, postgresServer, psql, TestDatabase } from '../postgres/postgres-server.js';

const FOLDER = fileURLToPath(new URL('../../../config/grafana/', import.meta.url));

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
}

it('what compose.yaml mounts is there after `grafana export`, and every variable of the data source is given', async () => {
  const terminal = await Terminal.open();
  await cp(FOLDER, terminal.cwd, { recursive: true });

  expect(await terminal.run('grafana', 'export', '-c', 'deepgram-export.yaml', '--out', 'provisioning')).toBe(
    0,
  );

  const { services, volumes } = parse(await readFile(join(FOLDER, 'compose.yaml'), 'utf8'));
  const all: readonly Service[] = Object.values(services);
  for (const mount of all.flatMap((service) => service.volumes)) {
    const [from = ''] = mount.split(':');
    if (from.startsWith('.')) await stat(join(terminal.cwd, from));
    else expect(volumes).toHaveProperty(from);
  }
  const source = await readFile(join(terminal.cwd, 'provisioning/datasources/deepgram.yaml'), 'utf8');
  const wanted = new Set(source.match(/(?<=\$)DEEPGRAM_\w+/g));
  expect(wanted.size).toBe(4);
  for (const name of wanted) expect(services.grafana.environment).toHaveProperty(name);
  expect(services.grafana.volumes[0]).toBe('./provisioning:/etc/grafana/provisioning:ro');
});

it('the image is made of the package that lies beside it, and runs as nobody in particular', async () => {
  const lines = (await readFile(join(FOLDER, 'Dockerfile'), 'utf8')).split('\n');

  expect(lines).toContain('COPY deepgram-export-*.tgz /tmp/');
  expect(lines).toContain('USER node');
  expect(lines.at(-2)).toMatch(
    /^CMD \["sh", "-c", ".*deepgram-export sync -c \/etc\/deepgram-export\/deepgram-export\.yaml/,
  );
});

describe.skipIf(!hasPostgres)('make-roles.sh', () => {
  it('makes a writer who fills the schema, and a reader with the settings that a run would give it', async () => {
    const server = await postgresServer();
    const database = await server.database();
    onTestFinished(async () => {
      await database.drop();
      await server.sql('drop role if exists deepgram_writer, deepgram_reader');
    });
    await server.sql('drop role if exists deepgram_reader');

    const made = spawnSync('sh', [join(FOLDER, 'make-roles.sh')], {
      env: {
        PATH: `${dirname(psql)}:${process.env.PATH}`,
        PGHOST: '127.0.0.1',
        PGPORT: String(server.port),
        PGPASSWORD: PASSWORD,
        POSTGRES_DB: database.name,
        DEEPGRAM_DB_PASSWORD: PASSWORD,
      },
      encoding: 'utf8',
    });

    expect(made.stderr).toBe('');
    const standIn = await account();
    const env = {
      DEEPGRAM_API_KEY: KEY,
      DATABASE_URL: server.url(database.name, { user: 'deepgram_writer' }),
    };
    const terminal = await Terminal.open({ env });
    await terminal.write(
      'job.yaml',
      jobText(standIn.url, ['db: { type: postgres, url: "${DATABASE_URL}" }']),
    );
    expect(await terminal.run('sync', '-c', 'job.yaml')).toBe(0);
    const reader = new TestDatabase(server, database.name, 'deepgram_reader');
    expect(await reader.sql('select count(*) > 0 as rows from deepgram.requests')).toEqual([{ rows: true }]);
    const [found] = await database.sql<{ rolconfig: readonly string[] }>(
      `select rolconfig from pg_roles where rolname = 'deepgram_reader'`,
    );
    const wanted = readerRole().flatMap(
      (statement) => /set (\w+) = '(.*)'$/.exec(statement)?.slice(1).join('=') ?? [],
    );
    expect(found?.rolconfig).toEqual(wanted.map((one) => one.replace('timezone', 'TimeZone')));
  });
});
