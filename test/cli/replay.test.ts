import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from './world.js';

/** A terminal whose account was synced to both sinks; the Tableau folder has been moved to `out/before`. */
async function synced() {
  const { url, calls } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(url, [ARCHIVE, TABLEAU]));
  await terminal.run('sync', '-c', 'job.yaml');
  await rename(join(terminal.cwd, 'out/tableau'), join(terminal.cwd, 'out/before'));
  const before = calls.length;
  return { terminal: terminal.again(), callsSince: () => calls.slice(before) };
}

const REPLAY = ['replay', '-c', 'job.yaml', '--from', 'out/ndjson'];

it('fills a sink from the archive, to the byte, and asks Deepgram nothing', async () => {
  const { terminal, callsSince } = await synced();

  const code = await terminal.run(...REPLAY, '--sink', 'tableau');

  expect(code).toBe(0);
  expect(terminal.stdout).toContain('Everything was delivered. 2026-11-19 to 2026-11-20, 0 calls');
  expect(await terminal.files('out/tableau')).toEqual(await terminal.files('out/before'));
  expect(callsSince()).toEqual([]);
});

it('--since and --until narrow it to these days', async () => {
  const { terminal } = await synced();

  const days = ['--since', '2026-11-20', '--until', '2026-11-20'];
  const code = await terminal.run(...REPLAY, '--sink', 'tableau', '--stream', 'usage', ...days);

  const parts = Object.keys(await terminal.files('out/tableau')).filter((path) =>
    path.includes('.parts/usage'),
  );
  expect(code).toBe(0);
  expect(parts).toEqual([expect.stringContaining('2026-11-20')]);
});

it('leaves the state as it is', async () => {
  const { terminal } = await synced();
  const before = await terminal.files('.deepgram-export');
  expect(Object.keys(before)).toContain('state.json');

  await terminal.run(...REPLAY, '--sink', 'tableau');

  expect(await terminal.files('.deepgram-export')).toEqual(before);
});

it('names a damaged file, delivers the rest, and is exit 3', async () => {
  const { terminal } = await synced();
  await terminal.write('out/ndjson/usage/project_id=p-1/date=2026-11-19.ndjson', '{"project_id":');

  const code = await terminal.run(...REPLAY, '--sink', 'tableau');

  expect(code).toBe(3);
  expect(terminal.stderr).toContain('usage/project_id=p-1/date=2026-11-19.ndjson is damaged');
  expect(Object.keys(await terminal.files('out/tableau'))).toContain('requests.csv');
});

it.each([
  ['out/ndjson', 'no --sink'],
  ['link', 'a link to the archive'],
])('refuses to write the archive that it reads: --from %s, %s', async (from) => {
  const { terminal } = await synced();
  await symlink(join(terminal.cwd, 'out/ndjson'), join(terminal.cwd, 'link'));
  const before = await terminal.files('out');

  const code = await terminal.run('replay', '-c', 'job.yaml', '--from', from);

  expect(code).toBe(2);
  expect(terminal.stderr).toContain(`--from: the sink archive writes ${from} itself.`);
  expect(await terminal.files('out')).toEqual(before);
});

it.each(['nowhere', 'job.yaml', 'out/before'])(
  '--from %s is no archive: exit 2, and nothing is touched',
  async (from) => {
    const { terminal } = await synced();
    const before = await terminal.files('out');

    const code = await terminal.run('replay', '-c', 'job.yaml', '--from', from, '--sink', 'tableau');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('is no NDJSON archive');
    expect(await terminal.files('out')).toEqual(before);
  },
);
