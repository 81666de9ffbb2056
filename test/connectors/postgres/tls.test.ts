import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hasPostgres, type PostgresServer, postgresServer } from './postgres-server.js';
import { postgresWorld } from './postgres-world.js';

/** Of the system, and not of a package. */
const OPENSSL: string = 'openssl';
const canSign = spawnSync(OPENSSL, ['version']).status === 0;
if (!canSign) process.stdout.write('Skipped: PostgreSQL with TLS; openssl is not there.\n');

describe.runIf(hasPostgres && canSign)('a server with TLS', () => {
  const cases: readonly (readonly [what: string, host: string, settings: string, ends: number | RegExp])[] = [
    ['of an authority that is named', 'localhost', 'tls: { ca: CA }', 0],
    [
      'of an authority that nobody knows',
      'localhost',
      'tls: {}',
      /cannot be reached with TLS: (?:self.signed certificate|unable to verify).*`tls: \{ ca: FILE \}`/s,
    ],
    ['under another name', '127.0.0.1', 'tls: { ca: CA }', /cannot be reached with TLS.*`verify: chain`/s],
    ['under another name, which is not to matter', '127.0.0.1', 'tls: { ca: CA, verify: chain }', 0],
    ['that is not looked at', '127.0.0.1', 'tls: { verify: none }', 0],
    [
      'whose authority’s file is not there',
      'localhost',
      'tls: { ca: nowhere.pem }',
      /certificates nowhere\.pem cannot be read/,
    ],
  ];

  it.each(cases)('%s', async (_, host, settings, ends) => {
    const server = await postgresServer();
    const authority = await withTls(server);
    const world = await postgresWorld({
      url: (database) => database.url.replace('127.0.0.1', host),
      settings: settings.replace('CA', authority),
    });
    await world.database.sql(
      `create table public.seen (ssl boolean);
       create function public.see() returns event_trigger language plpgsql as $$ begin
         insert into public.seen select ssl from pg_stat_ssl where pid = pg_backend_pid();
       end $$;
       create event trigger see on ddl_command_end when tag in ('CREATE SCHEMA') execute function public.see()`,
    );

    const terminal = world.terminal.again();
    const code = await terminal.run('sync', '-c', 'job.yaml', '--stream', 'usage');

    if (typeof ends === 'number') {
      expect(code, terminal.stderr).toBe(ends);
      expect(await world.database.sql('select ssl from public.seen')).toEqual([{ ssl: true }]);
    } else {
      expect(code).toBe(5);
      expect(terminal.stdout + terminal.stderr).toMatch(ends);
      expect(await world.database.sql('select ssl from public.seen')).toEqual([]);
    }
  });
});

/** Gives the server a certificate for `localhost` for as long as the test takes, and says in which file its authority's is. */
async function withTls(server: PostgresServer): Promise<string> {
  const file = (name: string) => join(server.folder, name);
  const openssl = (...args: readonly string[]) => {
    const { status, stderr } = spawnSync(OPENSSL, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  const made = ['-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  openssl(
    'req',
    '-x509',
    ...made,
    '-subj',
    '/CN=Authority of tests',
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
  );
  openssl(
    'req',
    ...made.slice(0, 3),
    '-subj',
    '/CN=localhost',
    '-keyout',
    file('tls.key'),
    '-out',
    file('tls.csr'),
  );
  writeFileSync(file('names'), 'subjectAltName = DNS:localhost\n');
  const signed = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2'];
  openssl(
    'x509',
    '-req',
    '-in',
    file('tls.csr'),
    ...signed,
    '-extfile',
    file('names'),
    '-out',
    file('tls.pem'),
  );
  chmodSync(file('tls.key'), 0o600);
  server.own(file('tls.key'));
  await server.configure({ ssl: 'on', ssl_cert_file: file('tls.pem'), ssl_key_file: file('tls.key') });
  onTestFinished(() => server.configure({ ssl: 'off' }));
  return file('ca.pem');
}
