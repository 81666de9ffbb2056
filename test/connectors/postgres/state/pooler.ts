import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort, PASSWORD, type PostgresServer } from '../postgres-server.js';

const PROGRAM = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find(existsSync);

/** False where there is no PgBouncer: tests that need it are skipped. */
export const hasPgBouncer = PROGRAM !== undefined;

export interface PoolerOptions {
  readonly mode: 'session' | 'transaction' | 'statement';
  /** Further lines of its configuration. */
  readonly settings?: readonly string[];
}

/** PgBouncer before a server, which ends with the test; answers with its port. */
export async function startPooler(
  server: PostgresServer,
  { mode, settings = [] }: PoolerOptions,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir().replace(/\/deepgram-export-tests-.*/, ''), 'pgbouncer-'));
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  const users = join(folder, 'users.txt');
  writeFileSync(users, `"postgres" "${PASSWORD}"\n`);
  const lines = [
    '[databases]',
    `* = host=127.0.0.1 port=${server.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${users}`,
    `pool_mode = ${mode}`,
    ...settings,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  chmodSync(folder, 0o755);
  // It refuses to run as root.
  const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const running = spawn(PROGRAM ?? '', [file], {
    ...owner,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void running.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    let said = '';
    running.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (/process up/.test(said)) resolve();
    });
    running.on('close', (code) => reject(new Error(`pgbouncer ended with ${code}: ${said}`)));
  });
  return port;
}
