import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NOW, Terminal } from '../cli/terminal.js';
import { ARCHIVE, account, intake, jobText, KEY } from '../cli/world.js';

const STATE = '.deepgram-export/state.json';
const TODAY = 'ndjson/requests/project_id=p-1/date=2026-11-20/part.ndjson';
const HOUR = 3_600_000;
const OTHER = JSON.stringify({ id: 'other', pid: 4_711, host: 'elsewhere', since: '', beat_at: NOW });

it('a run that had to wait does not replace what was read meanwhile by less', async () => {
  const standIn = await account({ requestsPerDay: 200 });
  const clock = { nowMs: NOW, now: () => clock.nowMs, sleep: () => theOtherRun() };
  const env = { DEEPGRAM_API_KEY: KEY };
  const terminal = await Terminal.open({ env, clock });
  await terminal.write('job.yaml', jobText(standIn.url, [ARCHIVE]));
  await mkdir(join(terminal.cwd, '.deepgram-export'));
  await terminal.write(`${STATE}.lock`, OTHER);
  let meanwhile: string | undefined;
  const theOtherRun = async () => {
    if (meanwhile !== undefined) return;
    await rm(join(terminal.cwd, `${STATE}.lock`));
    clock.nowMs += HOUR;
    standIn.clock.advance(HOUR);
    await terminal.again().run('sync', '-c', 'job.yaml', '--quiet');
    meanwhile = (await terminal.files('out'))[TODAY];
  };

  // Quiet: nothing but the lock is waited for.
  const code = await terminal.run('sync', '-c', 'job.yaml', '--wait', '--quiet');

  expect(code).toBe(0);
  expect(meanwhile?.split('\n').length).toBeGreaterThan(50);
  expect((await terminal.files('out'))[TODAY]).toBe(meanwhile);
});

describe('a run that was taken for dead', () => {
  /** While it delivers, another run takes the lock; the clock moves, so that the state is kept meanwhile. */
  async function takenOver() {
    let folder = '';
    const standIn = await account();
    let nowMs = NOW;
    const now = () => {
      if (existsSync(join(folder, 'out'))) writeFileSync(join(folder, `${STATE}.lock`), OTHER);
      nowMs += 500;
      return nowMs;
    };
    const clock = { now, sleep: async () => {} };
    const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY }, clock });
    folder = terminal.cwd;
    await terminal.write('job.yaml', jobText(standIn.url, [ARCHIVE]));
    return terminal;
  }

  it('writes no state, says so, and leaves the lock to the other one', async () => {
    const terminal = await takenOver();

    const code = await terminal.run('sync', '-c', 'job.yaml', '--stream', 'requests');

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(`${STATE}.lock was taken away from this run`);
    expect(terminal.stderr).toMatch(/^archive +ndjson +\d+ +0 +0 +ok$/m);
    expect(terminal.stderr).toContain(
      'What was delivered is there, but the run did not end as it should. (exit 2)',
    );
    expect(await readFile(join(terminal.cwd, `${STATE}.lock`), 'utf8')).toBe(OTHER);
    const state = JSON.parse(await readFile(join(terminal.cwd, STATE), 'utf8'));
    expect(state).toMatchObject({ sinks: { archive: {} }, sources: { deepgram: {} } });
    expect(state.sources.deepgram).toEqual({});
  });

  it('says so too where it leaves the state as it is', async () => {
    const terminal = await takenOver();

    const days = ['--since', '2026-11-19', '--until', '2026-11-20', '--stream', 'requests'];
    const code = await terminal.run('backfill', '-c', 'job.yaml', ...days);

    expect(code).toBe(2);
    expect(terminal.stderr).toContain(`${STATE}.lock was taken away from this run`);
  });
});

it('a state that is shared by two working directories does not take the files of one for those of the other', async () => {
  const standIn = await account();
  const clock = { nowMs: NOW, now: () => clock.nowMs, sleep: async () => {} };
  const options = { env: { DEEPGRAM_API_KEY: KEY }, clock };
  const [one, other] = [await Terminal.open(options), await Terminal.open(options)];
  const text = `${jobText(standIn.url, [ARCHIVE])}state: { path: ${join(one.cwd, 'state.json')} }\n`;
  for (const terminal of [one, other])
    await terminal.write('job.yaml', text.replace('since: 1d', 'since: 9d'));
  const sync = ['sync', '-c', 'job.yaml', '--stream', 'requests'];
  await one.run(...sync);
  clock.nowMs += 6 * 24 * HOUR;
  standIn.clock.advance(6 * 24 * HOUR);
  await other.run(...sync);

  const again = one.again();
  await again.run(...sync);

  expect(again.stderr).toContain('archive: it has another destination than before');
  expect(await one.files('out/ndjson/requests')).toMatchObject(await other.files('out/ndjson/requests'));
});

describe('a sink that only appends', () => {
  const LOGS = 'logs: { type: datadog-logs, api_key: ${DD_API_KEY}, api_url: ${DD_URL}, late: send }';

  /** An account and an intake, and a job that only sends logs. */
  async function logging() {
    const [standIn, datadog] = [await account(), await intake('datadog-key-1')];
    const env = { DEEPGRAM_API_KEY: KEY, DD_API_KEY: 'datadog-key-1', DD_URL: datadog.url };
    const terminal = await Terminal.open({ env });
    await terminal.write('job.yaml', jobText(standIn.url, [LOGS]));
    return { terminal, standIn };
  }

  it('keeps what it has apart for each state, also for two in one folder', async () => {
    const { terminal, standIn } = await logging();
    const other = `${jobText(standIn.url, [LOGS])}state: { path: .deepgram-export/other.json }\n`;
    await terminal.write('other.yaml', other);
    await terminal.run('sync', '-c', 'job.yaml');

    const otherRun = terminal.again();
    await otherRun.run('sync', '-c', 'other.yaml', '--until', '2026-11-19');
    const again = terminal.again();
    await again.run('sync', '-c', 'job.yaml');

    const accepted = (said: string) => /^logs +datadog-logs +(\d+)/m.exec(said)?.[1];
    expect([terminal, otherRun, again].map(({ stdout }) => accepted(stdout))).toEqual([
      expect.stringMatching(/^[1-9]/),
      expect.stringMatching(/^[1-9]/),
      '0',
    ]);
  });

  it('has everything again with each run without a state, which is said', async () => {
    const { terminal } = await logging();

    const code = await terminal.run('sync', '-c', 'job.yaml', '--no-state');

    expect(code).toBe(0);
    expect(terminal.stderr).toContain(
      'logs only appends: without a state every run gives it the whole window once more.',
    );
  });

  it.each([
    ['a dry run', ['sync', '-c', 'job.yaml', '--no-state', '--dry-run']],
    ['the demo', ['demo', '--days', '1']],
  ])('is no reason to say so in %s, after which nothing is there', async (_, command) => {
    const { terminal } = await logging();

    await terminal.run(...command);

    expect(terminal.stdout).toMatch(/^logs +datadog-logs /m);
    expect(terminal.stderr).not.toContain('only appends');
  });
});

it('--dry-run shows with --full-refresh what it would deliver', async () => {
  const standIn = await account();
  const terminal = await Terminal.open({ env: { DEEPGRAM_API_KEY: KEY } });
  await terminal.write('job.yaml', jobText(standIn.url, [ARCHIVE]).replace('since: 1d', 'since: 9d'));
  await terminal.run('sync', '-c', 'job.yaml');

  const dry = terminal.again();
  await dry.run('sync', '-c', 'job.yaml', '--stream', 'requests', '--dry-run', '--full-refresh');

  expect(dry.stdout).toMatch(/^requests +\d+ +10 +\$/m);
});
