import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from './world.js';

/** Three days of an account in an archive and in tables. */
async function synced(archive = ARCHIVE) {
  const { url, calls } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [archive, TABLEAU]).replace('since: 1d', 'since: 2d'));
  expect(await terminal.run('sync', '-c', 'job.yaml')).toBe(0);
  const before = calls.length;
  return { terminal: terminal.again(), callsSince: () => calls.slice(before).map(({ path }) => path) };
}

/** Makes of an archive what it was before its layout changed: a file a day, and fields and numbers of that time. */
async function madeOlder({ cwd }: Terminal): Promise<void> {
  const archive = join(cwd, 'out/ndjson');
  for (const path of await readdir(archive, { recursive: true })) {
    const gzip = path.endsWith('.gz');
    if (!/\/date=[^/]+\/part\.ndjson(\.gz)?$/.test(path)) continue;
    const { mtimeMs } = await stat(join(archive, path));
    const bytes = await readFile(join(archive, path));
    const lines = (gzip ? gunzipSync(bytes) : bytes).toString().split('\n').slice(0, -1);
    const older = lines.map((line) => olderLine(JSON.parse(line), path.startsWith('requests/'))).join('');
    const folder = dirname(join(archive, path));
    await rm(folder, { recursive: true });
    const file = `${folder}.ndjson${gzip ? '.gz' : ''}`;
    await writeFile(file, gzip ? gzipSync(older) : older);
    await utimes(file, mtimeMs / 1_000, mtimeMs / 1_000);
  }
  await rm(join(archive, '_schema'), { recursive: true });
}

function olderLine({ date, mip_opt_out, ...record }: Record<string, unknown>, isRequest: boolean): string {
  return `${JSON.stringify(isRequest ? record : { ...record, date })}\n`;
}

it.each(['none', 'gzip'])(
  'an archive in the layout before is taken over by the next run, which reads no more than any other: %s',
  async (compression) => {
    const archive = `archive: { type: ndjson, path: out/ndjson, compression: ${compression} }`;
    const [older, undisturbed] = [await synced(archive), await synced(archive)];
    const whole = await undisturbed.terminal.files('out/ndjson');
    await madeOlder(older.terminal);
    const isToBeTaken = Object.keys(await older.terminal.files('out/ndjson')).some((path) =>
      /date=\S+\d\.ndjson/.test(path),
    );

    const codes = [
      await older.terminal.run('sync', '-c', 'job.yaml'),
      await undisturbed.terminal.run('sync', '-c', 'job.yaml'),
    ];

    expect(isToBeTaken).toBe(true);
    expect(codes).toEqual([0, 0]);
    expect(older.callsSince().sort()).toEqual(undisturbed.callsSince().sort());
    expect(withoutCounts(await older.terminal.files('out/ndjson'))).toEqual(withoutCounts(whole));
    expect(older.terminal.stdout).toContain('days taken over');
    expect(older.terminal.stdout).not.toContain('missing');
  },
);

it('is replayed as it is, to the byte of today’s', async () => {
  const { terminal } = await synced();
  await madeOlder(terminal);
  const before = await terminal.files('out/ndjson');
  await rename(join(terminal.cwd, 'out/tableau'), join(terminal.cwd, 'out/before'));

  const code = await terminal.run('replay', '-c', 'job.yaml', '--from', 'out/ndjson', '--sink', 'tableau');

  expect(code).toBe(0);
  expect(await terminal.files('out/tableau')).toEqual(await terminal.files('out/before'));
  expect(await terminal.files('out/ndjson')).toEqual(before);
});

function withoutCounts(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('.counts')));
}
