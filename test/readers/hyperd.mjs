/**
 * Tableau's own engine, started for a check and asked in SQL: `hyperd` of the package `hyperdb-mcp-linux-x64-gnu` in the
 * folder that READERS names. It speaks the wire protocol of PostgreSQL.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';

/** The role that owns what is made. */
const OWNER = 'tableau_internal_user';

/**
 * Starts it, on a port of loopback that it chooses.
 *
 * - `connect(file)`: a connected client of `pg`, to no database, or to the `.hyper` file of this path (made before with
 *   `CREATE DATABASE`). It ends with `close`.
 * - `close()`: ends the connections and the server.
 *
 * @returns undefined, and says so in a line, where it is not there
 */
export async function startHyperd() {
  const program = hyperdProgram();
  if (program === undefined) {
    process.stdout.write(
      'skipped: Tableau’s engine; hyperdb-mcp-linux-x64-gnu is not in the folder that READERS names\n',
    );
    return undefined;
  }
  const log = mkdtempSync(join(tmpdir(), 'deepgram-export-hyperd-'));
  const settings = [
    '--listen-connection',
    'tab.tcp://127.0.0.1:auto',
    '--log-dir',
    log,
    '--init-user',
    OWNER,
  ];
  const child = spawn(program, ['run', ...settings, '--no-password', '--skip-license'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const clients = [];
  const close = async () => {
    await Promise.allSettled(clients.map((client) => client.end()));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM'); // and so it writes what its files lack
      await once(child, 'exit');
    }
    rmSync(log, { recursive: true, force: true });
  };
  const port = await portOf(child).catch(async (error) => {
    await close();
    throw error;
  });
  const connect = async (file) => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: OWNER, database: file ?? '' });
    clients.push(client);
    await client.connect();
    return client;
  };
  return { connect, close };
}

function hyperdProgram() {
  const own = createRequire(join(resolve(process.env.READERS ?? '.'), 'package.json'));
  try {
    return join(dirname(own.resolve('hyperdb-mcp-linux-x64-gnu/package.json')), 'hyperd');
  } catch {
    return undefined;
  }
}

/** It prints where it listens; whatever else it prints is for whoever has to find out why it does not. */
async function portOf(child) {
  const said = [];
  child.stderr.on('data', (some) => said.push(some));
  for await (const line of createInterface({ input: child.stdout })) {
    const [, port] = /^listening to 127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (port !== undefined) {
      child.stdout.resume();
      return Number(port);
    }
    said.push(`${line}\n`);
  }
  throw new Error(`hyperd ended before it listened: ${said.join('')}`);
}
