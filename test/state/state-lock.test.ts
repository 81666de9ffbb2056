import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExportError } from '../../src/errors/export-error.js';
import { silentLog } from '../../src/report/log.js';
import { lockState } from '../../src/state/state-lock.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');

/** A clock that a test moves; each wait is told. */
function testClock(onSleep: (ms: number) => Promise<void> | void = () => {}) {
  const clock = {
    nowMs: NOW,
    now: () => clock.nowMs,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      clock.nowMs += ms;
      await onSleep(ms);
    },
  };
  return clock;
}

async function statePath(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'lock-')), 'state.json');
}

function lock(path: string, options: Partial<Parameters<typeof lockState>[1]> = {}) {
  return lockState(path, {
    clock: testClock(),
    log: silentLog,
    signal: new AbortController().signal,
    wait: false,
    ...options,
  });
}

/** A lock as a run somewhere would have left it. */
async function leaveLock(path: string, holder: object = {}): Promise<void> {
  const whole = {
    id: 'other',
    pid: 4_000_000,
    host: 'elsewhere',
    since: '2026-11-20T11:00:00.000Z',
    beat_at: NOW,
  };
  await writeFile(`${path}.lock`, JSON.stringify({ ...whole, ...holder }));
}

/** The number of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

it('lets one run in, and the next one when it has ended', async () => {
  const path = await statePath();

  const first = await lock(path);
  await first.release();
  const second = await lock(path);

  expect(await readdir(dirname(path))).toEqual(['state.json.lock']);
  await second.release();
  expect(await readdir(dirname(path))).toEqual([]);
});

it('refuses a second run and says who holds it, since when, and what to do', async () => {
  const path = await statePath();
  const first = await lock(path);
  const clock = testClock();
  clock.nowMs = NOW + 5_000;

  const second = lock(path, { clock });

  await expect(second).rejects.toMatchObject({
    code: 'STATE_LOCKED',
    kind: 'config',
    message:
      `Another run works on ${path}: process ${process.pid} on ${hostname()}, since 2026-11-20T12:00:00.000Z, ` +
      'last seen 5.0 s ago.',
    hint: `Let it end, or wait for it with --wait. If it is gone, remove ${path}.lock.`,
  });
  await first.release();
});

describe('with --wait', () => {
  it('waits for the holder to end', async () => {
    const path = await statePath();
    const first = await lock(path);
    const waits: number[] = [];
    const clock = testClock(async (ms) => {
      waits.push(ms);
      if (waits.length === 3) await first.release();
    });
    const said: string[] = [];
    const log = { ...silentLog, info: (message: string) => void said.push(message) };

    const second = await lock(path, { wait: true, clock, log });

    expect(waits).toEqual([1_000, 1_000, 1_000]);
    expect(said).toEqual([expect.stringContaining('Waiting for another run to end: process')]);
    await second.release();
  });

  it('ends with an interrupt', async () => {
    const path = await statePath();
    const first = await lock(path);
    const interrupt = new AbortController();
    const reason = new ExportError('ABORTED', 'Interrupted.', { kind: 'interrupted' });
    const clock = testClock(() => interrupt.abort(reason));

    const second = lock(path, { wait: true, clock, signal: interrupt.signal });

    await expect(second).rejects.toBe(reason);
    await first.release();
  });
});

describe('a holder that is gone', () => {
  it('on this machine: its process has ended', async () => {
    const path = await statePath();
    await leaveLock(path, { host: hostname(), pid: deadPid() });
    const said: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void said.push(message) };

    const taken = await lock(path, { log });

    expect(said).toEqual([
      expect.stringMatching(/^Taking over the lock of a run that is gone: process \d+ on /),
    ]);
    await taken.release();
  });

  it.each([
    ['elsewhere, seen a minute ago', { beat_at: NOW - 60_000 }, false],
    ['elsewhere, not seen for more than a minute', { beat_at: NOW - 60_001 }, true],
    ['elsewhere, by a clock that is ahead of ours', { beat_at: NOW + 3_600_000 }, false],
    ['here and alive', { host: hostname(), pid: process.ppid }, false],
    [
      'here, its number now another process',
      { host: hostname(), pid: process.ppid, beat_at: NOW - 60_001 },
      true,
    ],
  ])('%s', async (_, holder, isTaken) => {
    const path = await statePath();
    await leaveLock(path, holder);

    const outcome = await lock(path).then(
      (taken) => taken.release().then(() => true),
      (error: ExportError) => error.code !== 'STATE_LOCKED',
    );

    expect(outcome).toBe(isTaken);
  });

  it.each(['', '{"id": "half', '{}', 'null'])('and left a lock that says nothing: %j', async (text) => {
    const path = await statePath();
    await writeFile(`${path}.lock`, text);

    const taken = await lock(path);

    const holder: unknown = JSON.parse(await readFile(`${path}.lock`, 'utf8'));
    expect(holder).toMatchObject({ pid: process.pid, host: hostname() });
    await taken.release();
  });

  const DEAD = JSON.stringify({ id: 'dead', pid: 1, host: 'elsewhere', since: '', beat_at: 0 });

  it.each([
    ['dead', DEAD],
    ['unreadable', '{'],
  ])('is replaced by one of many that find its lock %s', async (_, text) => {
    for (let round = 0; round < 20; round += 1) {
      const path = await statePath();
      await writeFile(`${path}.lock`, text);

      const results = await Promise.allSettled(Array.from({ length: 6 }, () => lock(path)));

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await readdir(dirname(path))).toEqual(['state.json.lock']);
    }
  });

  it.each([
    ['dead', DEAD],
    ['unreadable', '{'],
  ])('is left to the one that was faster, where its lock was %s', async (_, text) => {
    const path = await statePath();
    await writeFile(`${path}.lock`, text);
    const faster = { id: 'faster', pid: 4_711, host: 'elsewhere', since: '', beat_at: NOW };
    const warn = () => writeFileSync(`${path}.lock`, JSON.stringify(faster));

    const slower = lock(path, { log: { ...silentLog, warn } });

    await expect(slower).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    expect(JSON.parse(await readFile(`${path}.lock`, 'utf8'))).toEqual(faster);
    expect(await readdir(dirname(path))).toEqual(['state.json.lock']);
  });
});

it('a lock that cannot be read is refused, and left where it is', async () => {
  const path = await statePath();
  await mkdir(`${path}.lock`);

  await expect(lock(path)).rejects.toMatchObject({
    code: 'STATE_LOCKED',
    kind: 'config',
    message: `The lock ${path}.lock cannot be read: the file system answered EISDIR.`,
  });
  expect(await readdir(dirname(path))).toEqual(['state.json.lock']);
});

it('gives back its own lock only', async () => {
  const path = await statePath();
  const first = await lock(path);
  await leaveLock(path);

  await first.release();

  expect(JSON.parse(await readFile(`${path}.lock`, 'utf8'))).toMatchObject({ id: 'other' });
});

it('a lock that somebody removed is no trouble at the end', async () => {
  const path = await statePath();
  const first = await lock(path);
  await rm(`${path}.lock`);

  await expect(first.release()).resolves.toBeUndefined();
});

it('makes the folder of a state that is the first', async () => {
  const path = join(dirname(await statePath()), 'new', 'folder', 'state.json');

  const taken = await lock(path);

  expect(await readdir(dirname(path))).toEqual(['state.json.lock']);
  await taken.release();
});
