import { mkdir, readdir, rename, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NOW, Terminal } from './terminal.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from './world.js';

/** All streams, and fewer for what is the same with each of them. */
const ALL = '{}';
const FEW =
  '{ usage: { group_by: [] }, billing: { group_by: [] }, balances: false, purchases: false, api_keys: false, models: false }';

/** A terminal whose account was synced to both sinks; the Tableau folder has been moved to `out/before`. */
async function synced(streams = FEW) {
  const { url, calls } = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', `${jobText(url, [ARCHIVE, TABLEAU])}streams: ${streams}\n`);
  await terminal.run('sync', '-c', 'job.yaml');
  await dateArchive(terminal, NOW);
  await rename(join(terminal.cwd, 'out/tableau'), join(terminal.cwd, 'out/before'));
  const before = calls.length;
  return { terminal: terminal.again(), callsSince: () => calls.slice(before) };
}

/** Makes files of the archive look as if they had been written at this moment. */
async function dateArchive({ cwd }: Terminal, atMs: number, name = '.ndjson'): Promise<void> {
  const archive = join(cwd, 'out/ndjson');
  for (const path of await readdir(archive, { recursive: true }))
    if (path.endsWith(name)) await utimes(join(archive, path), atMs / 1_000, atMs / 1_000);
}

const REPLAY = ['replay', '-c', 'job.yaml', '--from', 'out/ndjson'];

it('fills a sink from the archive, to the byte, and asks Deepgram nothing', async () => {
  const { terminal, callsSince } = await synced(ALL);

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
  await terminal.write('out/ndjson/usage/project_id=p-1/date=2026-11-19/part.ndjson', '{"project_id":');

  const code = await terminal.run(...REPLAY, '--sink', 'tableau');

  expect(code).toBe(3);
  expect(terminal.stderr).toContain('usage/project_id=p-1/date=2026-11-19/part.ndjson is damaged');
  expect(terminal.stdout).toContain('Not everything could be read from the archive out/ndjson. (exit 3)');
  expect(Object.keys(await terminal.files('out/tableau'))).toContain('requests.csv');
});

it('is exit 3 where a stream has records and none of them can be understood', async () => {
  const { terminal } = await synced();
  for (const day of ['2026-11-19', '2026-11-20'])
    await terminal.write(`out/ndjson/usage/project_id=p-1/date=${day}/part.ndjson`, '{"project_id":"p-1"}\n');

  const code = await terminal.run(...REPLAY, '--sink', 'tableau', '--summary', 'summary.json');

  expect(code).toBe(3);
  expect(JSON.parse((await terminal.files())['summary.json'] ?? '')).toMatchObject({
    outcome: 'source-incomplete',
    exit_code: 3,
  });
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

it('refuses to write below the archive by way of a link to it, into a folder that is not there yet', async () => {
  const { terminal } = await synced();
  await symlink(join(terminal.cwd, 'out/ndjson'), join(terminal.cwd, 'link'));
  const inside = TABLEAU.replace('out/tableau', 'link/new/tableau');
  await terminal.write('job.yaml', jobText('http://127.0.0.1:9', [inside]));
  const before = await terminal.files('out');

  const code = await terminal.run(...REPLAY);

  expect(code).toBe(2);
  expect(terminal.stderr).toContain('--from: the sink tableau writes out/ndjson itself.');
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

it('names what else the archive holds, unless the streams were chosen', async () => {
  const { terminal } = await synced();
  await terminal.write(
    'job.yaml',
    `${jobText('http://127.0.0.1:9', [TABLEAU])}streams: { billing: false }\n`,
  );

  await terminal.run(...REPLAY);
  const chosen = terminal.again();
  await chosen.run(...REPLAY, '--stream', 'requests', 'usage');

  expect(terminal.stdout).toContain('The archive also holds billing, ');
  expect(chosen.stdout).not.toContain('also holds');
});

describe('the environment', () => {
  const DATADOG = 'datadog: { type: datadog-metrics, api_key: ${DD_API_KEY} }';

  /** An archive that is there, and an environment in which nothing is set. */
  async function unset(source = '') {
    const { terminal } = await synced();
    const job = jobText('${DEEPGRAM_URL}', [TABLEAU, DATADOG], source);
    await terminal.write('job.yaml', `${job}streams: ${FEW}\n`);
    delete terminal.env.DEEPGRAM_API_KEY;
    return terminal;
  }

  it('needs to hold nothing of Deepgram, nor of a sink that is not chosen', async () => {
    const terminal = await unset();

    const code = await terminal.run(...REPLAY, '--sink', 'tableau');

    expect(code).toBe(0);
    expect(await terminal.files('out/tableau')).toEqual(await terminal.files('out/before'));
  });

  it('needs to hold nothing without a configuration either', async () => {
    const terminal = await unset();

    const code = await terminal.run('replay', '--from', 'out/ndjson');

    expect(code).toBe(0);
    expect(Object.keys(await terminal.files('deepgram-export'))).toContain('tableau/requests.csv');
  });

  it.each([
    [
      'a sink that is chosen',
      ['--sink', 'datadog'],
      '',
      'sinks.datadog.api_key: the environment variable DD_API_KEY',
    ],
    ['a sink, all being chosen', [], '', 'sinks.datadog.api_key: the environment variable DD_API_KEY'],
    [
      'the projects',
      ['--sink', 'tableau'],
      'projects: ["${DG_PROJECT}"]',
      'the environment variable DG_PROJECT',
    ],
  ])('needs to hold what it takes for %s', async (_, options, source, mistake) => {
    const terminal = await unset(source);

    const code = await terminal.run(...REPLAY, ...options);

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(mistake);
    expect(terminal.stderr).not.toContain('DEEPGRAM');
  });

  it('needs to hold no projects where they are chosen', async () => {
    const terminal = await unset('projects: ["${DG_PROJECT}"]');

    const code = await terminal.run(...REPLAY, '--sink', 'tableau', '--project', 'Support line');

    expect(code).toBe(0);
  });
});

describe('a day that a sink got later than its file was written', () => {
  const HOUR = 3_600_000;
  const KEPT =
    'requests of Support line: tableau keeps 2026-11-20, as of a later reading than the one in the archive out/ndjson. ';

  /** The archive has the 20th as of an hour before the sync, and less of it than the sink. */
  async function outdated() {
    const { terminal } = await synced();
    await rename(join(terminal.cwd, 'out/before'), join(terminal.cwd, 'out/tableau'));
    await terminal.write('out/ndjson/requests/project_id=p-1/date=2026-11-20/part.ndjson', '');
    await dateArchive(terminal, NOW - HOUR, 'requests/project_id=p-1/date=2026-11-20/part.ndjson');
    return { terminal, before: await terminal.files('out/tableau') };
  }

  it('stays as it is, and is named', async () => {
    const { terminal, before } = await outdated();

    const code = await terminal.run(...REPLAY, '--sink', 'tableau');

    expect(code).toBe(0);
    expect(terminal.stdout).toContain(KEPT);
    expect(await terminal.files('out/tableau')).toEqual(before);
  });

  it('is none of a stream whose days can only be read while they last: any reading closes these', async () => {
    const { terminal } = await outdated();

    await terminal.run(...REPLAY, '--sink', 'tableau');

    expect(terminal.stdout.match(/keeps/g)).toEqual(['keeps']);
  });

  it('is named in a dry run too', async () => {
    const { terminal } = await outdated();

    await terminal.run(...REPLAY, '--sink', 'tableau', '--dry-run');

    expect(terminal.stdout).toContain(KEPT);
  });

  it('also where the state only says that it is closed', async () => {
    const { terminal, before } = await outdated();
    const text = (await terminal.files())['.deepgram-export/state.json'] ?? '';
    const state = JSON.parse(text);
    state.sources.deepgram.requests['p-1'].tableau = {
      closed: [['2026-11-19', '2026-11-20']],
      open: {},
      lost: [],
    };
    await terminal.write('.deepgram-export/state.json', JSON.stringify(state));

    await terminal.run(...REPLAY, '--sink', 'tableau');

    expect(terminal.stdout).toContain(KEPT.replace('2026-11-20', '2026-11-19 to 2026-11-20'));
    expect(await terminal.files('out/tableau')).toEqual(before);
  });

  it.each([
    [
      'its folder is empty',
      async (cwd: string) => rm(join(cwd, 'out/tableau'), { recursive: true }),
      TABLEAU,
    ],
    [
      'it writes elsewhere now',
      async (cwd: string) => mkdir(join(cwd, 'out/elsewhere/.parts/requests'), { recursive: true }),
      TABLEAU.replace('out/tableau', 'out/elsewhere'),
    ],
  ])('is replayed where the sink does not have it any more: %s', async (_, change, sink) => {
    const { terminal } = await outdated();
    await change(terminal.cwd);
    await terminal.write('job.yaml', jobText('http://127.0.0.1:9', [sink]));

    const code = await terminal.run(...REPLAY, '--sink', 'tableau');

    expect(code).toBe(0);
    expect(terminal.stdout).not.toContain('keeps');
  });

  it('cannot be told from others by a state that cannot be used: exit 2, and nothing is touched', async () => {
    const { terminal, before } = await outdated();
    await terminal.write('.deepgram-export/state.json', '{');

    const code = await terminal.run(...REPLAY, '--sink', 'tableau');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain('state repair');
    expect(await terminal.files('out/tableau')).toEqual(before);
  });
});

it('says what it has found before it fails', async () => {
  const { terminal } = await synced();
  const days = ['--since', '2026-01-01', '--until', '2026-01-02'];

  const code = await terminal.run(...REPLAY, '--sink', 'tableau', ...days, '--project', 'nobody');

  expect(code).toBe(2);
  expect(terminal.stderr).toContain('warn: The archive has no day of these streams between the first and');
  expect(terminal.stderr).toContain('nobody');
});
