import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { requests } from '../../../connectors/deepgram/streams/requests.js';
import { manyRequests, partitionOf } from '../../../connectors/testing/sample-records.js';
import { failureOf } from '../../../src/errors/export-error.js';
import { deliver, emptyDatabase, preparedSink } from './opened-sink.js';
import { hasPostgres, postgresServer } from './postgres-server.js';

const canMount = process.getuid?.() === 0 && process.platform === 'linux';
if (!canMount) process.stdout.write('Skipped: a full disk of PostgreSQL; only root mounts a small one.\n');

describe.runIf(hasPostgres && canMount)('a full disk of the database', () => {
  it('fails the partition, leaves what was there, and is over when there is room', async () => {
    const space = await smallDisk();
    const database = await emptyDatabase(`tablespace ${space}`);
    const sink = await preparedSink(database, [requests]);
    const [before, busy] = [partitionOf('requests', '2026-11-19'), partitionOf('requests', '2026-11-20')];
    await deliver(sink, before, manyRequests(50, '2026-11-19'));
    await database.sql(
      'create table filler as select repeat(md5(n::text), 60) as text from generate_series(1, 5500) n',
    );

    const failed = await deliver(sink, busy, manyRequests(12_000)).then(() => undefined, failureOf);
    const [after] = await database.sql('select count(*)::int as requests from deepgram.requests');
    const held = await sink.held?.(
      requests,
      busy.project,
      ['2026-11-19', '2026-11-20'],
      new AbortController().signal,
    );
    await database.sql('drop table filler');
    const receipt = await deliver(sink, busy, manyRequests(12_000));

    expect(failed).toMatchObject({ kind: 'transient', message: expect.stringMatching(/has no room left/) });
    expect(failed?.hint).toMatch(/Make room on the disk of the database/);
    expect(after).toEqual({ requests: 50 });
    expect([...(held?.keys() ?? [])]).toEqual(['2026-11-19']);
    expect(receipt.accepted).toBe(12_000);
  });
});

/** A tablespace that is full soon. It is on a disk of its own, which is gone with the test. */
async function smallDisk(): Promise<string> {
  const server = await postgresServer();
  const name = `small_${Date.now()}`;
  const folder = join(server.folder, name);
  mkdirSync(folder);
  shell('mount -t tmpfs -o size=16m,mode=0777 tmpfs', folder);
  onTestFinished(() => shell('umount -l', folder));
  server.own(folder);
  await server.sql(`create tablespace ${name} location '${folder}'`);
  onTestFinished(() => server.sql(`drop tablespace if exists ${name}`));
  return name;
}

function shell(command: string, path: string): void {
  const { status, stderr } = spawnSync(`${command} "${path}"`, { shell: true, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
