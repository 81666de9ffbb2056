import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** Where Debian and others have the server's programs; `POSTGRES_PROGRAMS` is the folder of another version. */
const FOLDERS = ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt', '/usr/local'].flatMap((top) =>
  existsSync(top)
    ? [...readdirSync(top).map((version) => join(top, version, 'bin')), join(top, 'bin')].reverse()
    : [],
);
const programs = [process.env.POSTGRES_PROGRAMS ?? [], ...FOLDERS]
  .flat()
  .find((folder) => existsSync(join(folder, 'initdb')));

/** False where there is no PostgreSQL: tests that need one are skipped. */
export const hasPostgres = programs !== undefined;
if (!hasPostgres) process.stdout.write('Skipped: the postgres sink; PostgreSQL is not installed.\n');

/** Its client. */
export const psql = join(programs ?? '', 'psql');

/** The administrator's, and that of every role made by {@link PostgresServer.database}. */
export const PASSWORD = 'pass/word@of?tests';

/** A server of our own on a socket and on loopback, without a wait for the disk. */
export class PostgresServer {
  readonly folder: string;
  readonly port: number;
  readonly #run: (command: string, ...args: readonly string[]) => string;

  constructor(folder: string, port: number, run: (command: string, ...args: readonly string[]) => string) {
    this.folder = folder;
    this.port = port;
    this.#run = run;
  }

  /** A URL of a database of this server. */
  url(database: string, { user = 'postgres', port = this.port, options = '' } = {}): string {
    return `postgres://${user}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}${options}`;
  }

  /** A new database. */
  async database(options = ''): Promise<TestDatabase> {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    await this.sql(`create database ${name} ${options}`);
    return new TestDatabase(this, name);
  }

  /** Runs a statement that is about the whole server. */
  async sql(text: string): Promise<void> {
    await withClient(this.url('postgres'), (client) => client.query(text));
  }

  /** Changes settings of the server, for what begins from now on. */
  async configure(settings: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, value] of Object.entries(settings))
      await this.sql(`alter system set ${name} = '${value}'`);
    this.#run(
      'pg_ctl',
      '-D',
      join(this.folder, 'data'),
      '-w',
      '-m',
      'fast',
      '-l',
      join(this.folder, 'log'),
      'restart',
    );
  }

  /** Gives a file to the user whom the server runs as. */
  own(file: string): void {
    if (process.getuid?.() === 0) chownSync(file, NOBODY, NOBODY);
  }

  stop(): void {
    this.#run('pg_ctl', '-D', join(this.folder, 'data'), '-m', 'fast', '-w', 'stop');
  }

  start(): void {
    const log = join(this.folder, 'log');
    this.#run('pg_ctl', '-D', join(this.folder, 'data'), '-l', log, '-w', 'start');
  }
}

export class TestDatabase {
  readonly server: PostgresServer;
  readonly name: string;

  readonly #user: string;

  constructor(server: PostgresServer, name: string, user = 'postgres') {
    this.server = server;
    this.name = name;
    this.#user = user;
  }

  get url(): string {
    return this.server.url(this.name, { user: this.#user });
  }

  /** Runs statements; the rows of the last one, whole numbers and decimals as text. */
  async sql<Row extends object = Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    return withClient(this.url, async (client) => (await client.query<Row>(text, [...values])).rows);
  }

  async drop(): Promise<void> {
    await this.server.sql(`drop database if exists ${this.name} with (force)`);
  }
}

let started: PostgresServer | undefined;

/** The server of this process of tests: started when it is needed first, and stopped with the process, however it ends. */
export function postgresServer(): Promise<PostgresServer> {
  starting ??= startServer();
  return starting;
}
let starting: Promise<PostgresServer> | undefined;

async function startServer(): Promise<PostgresServer> {
  if (started) return started;
  // Beside the folder of the tests, which another user may not enter.
  const folder = mkdtempSync(join(tmpdir().replace(/\/deepgram-export-tests-.*/, ''), 'pg-'));
  // The server refuses to run as root.
  const owner = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (owner.uid !== undefined) chownSync(folder, NOBODY, NOBODY);
  const run = (command: string, ...args: readonly string[]) => {
    const path = join(programs ?? '', command);
    const done = spawnSync(path, args, {
      ...owner,
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (done.status !== 0) throw new Error(`${command}: ${done.stderr || done.stdout || done.error}`);
    return done.stdout;
  };
  const data = join(folder, 'data');
  writeFileSync(join(folder, 'password'), PASSWORD);
  run(
    'initdb',
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    '--pwfile',
    join(folder, 'password'),
    '-E',
    'UTF8',
    '--no-locale',
    '-N',
  );
  const port = await freePort();
  const sockets = join(folder, 's');
  mkdirSync(sockets, { mode: 0o777 });
  if (owner.uid !== undefined) chownSync(sockets, NOBODY, NOBODY);
  const settings = {
    port,
    listen_addresses: "'127.0.0.1'",
    unix_socket_directories: `'${sockets}'`,
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    max_connections: 60,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  writeFileSync(join(data, 'postgresql.auto.conf'), lines.join(''));
  const server = new PostgresServer(folder, port, run);
  stopWithThisProcess(folder, owner);
  server.start();
  started = server;
  return server;
}

const NOBODY = 65_534;

/** A shell that waits for its input to end, which it does with this process, also when that is killed. */
function stopWithThisProcess(folder: string, owner: { readonly uid?: number; readonly gid?: number }): void {
  const script = 'cat; "$1/pg_ctl" -D "$2/data" -m immediate -w stop; rm -rf "$2"';
  const shell = spawn('sh', ['-c', script, 'sh', programs ?? '', folder], {
    ...owner,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  Object(shell.stdin).unref();
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = Object(server.address()) as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}

async function withClient<Result>(
  connectionString: string,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
