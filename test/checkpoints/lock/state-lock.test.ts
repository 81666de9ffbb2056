import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lockState } from '../../../src/checkpoints/lock/state-lock.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { silentLog } from '../../../src/log/log.js';

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
    kind: 'transient',
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

  it.each([
    ['elsewhere, by a clock that is behind ours', { beat_at: NOW - 3_600_000 }],
    ['here, after the machine has slept', { host: hostname(), pid: process.ppid, beat_at: NOW - 3_600_000 }],
  ])('is not one that shows itself while it is watched: %s', async (_, holder) => {
    const path = await statePath();
    await leaveLock(path, holder);
    const waits: number[] = [];
    const clock = testClock(async (ms) => {
      waits.push(ms);
      await leaveLock(path, { ...holder, beat_at: holder.beat_at + 10_000 });
    });

    const taking = lock(path, { clock });

    await expect(taking).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    expect(waits).toEqual([15_000]);
  });

  it.each([
    ['alive', NOW - 1_000, false],
    ['silent', NOW - 60_001, true],
  ])(
    'in another container of this machine, where its number means nothing: %s',
    async (_, beatAt, isTaken) => {
      const path = await statePath();
      await leaveLock(path, { host: hostname(), pid: deadPid(), pid_space: 'pid:[1]', beat_at: beatAt });

      const taking = lock(path);

      if (isTaken) await (await taking).release();
      else await expect(taking).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    },
  );

  it('is told of once, however long another one that took it over and died stands in the way', async () => {
    const path = await statePath();
    await leaveLock(path, { host: hostname(), pid: deadPid() });
    await mkdir(`${path}.lock.takeover`);
    const said: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void said.push(message) };
    let waits = 0;
    const clock = testClock(async () => {
      waits += 1;
      if (waits === 5) await rmdir(`${path}.lock.takeover`);
    });

    const taken = await lock(path, { log, clock });

    expect(said).toHaveLength(1);
    await taken.release();
  });

  it('does not stand in the way for ever when the one that took it over died too, whatever the clocks say', async () => {
    const path = await statePath();
    await leaveLock(path, { host: hostname(), pid: deadPid() });
    await mkdir(`${path}.lock.takeover`);
    const ahead = new Date(NOW + 1e10); // as a file server may have it
    await utimes(`${path}.lock.takeover`, ahead, ahead);
    const said: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void said.push(message) };
    const clock = testClock();

    const taken = await lock(path, { log, clock });

    expect(said).toEqual([
      expect.stringMatching(/^Taking over the lock of a run that is gone/),
      'Another run died while it took over the same lock; going on without it',
    ]);
    expect(clock.nowMs - NOW).toBe(15_000);
    await taken.release();
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it('is waited for as long as others come and take it over', async () => {
    const path = await statePath();
    const guard = `${path}.lock.takeover`;
    await leaveLock(path, { host: hostname(), pid: deadPid() });
    await mkdir(guard);
    let waits = 0;
    const clock = testClock(async () => {
      waits += 1;
      if (waits % 500 === 0) await rmdir(guard); // which fails where it was taken away
      if (waits % 500 === 0 && waits < 2_000) await mkdir(guard);
    });

    const taken = await lock(path, { clock });

    expect(clock.nowMs - NOW).toBe(40_000);
    await taken.release();
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

it('a lock that is a link is refused, also one to nothing', async () => {
  const path = await statePath();
  await symlink('nothing', `${path}.lock`);

  await expect(lock(path)).rejects.toMatchObject({
    code: 'STATE_REFUSED',
    message: `The lock ${path}.lock cannot be read: it is a symbolic link, not a file.`,
    hint: 'Check its rights; if it is no file, move it away.',
  });
});

it('a lock that cannot be read is refused, and left where it is', async () => {
  const path = await statePath();
  await mkdir(`${path}.lock`);

  await expect(lock(path)).rejects.toMatchObject({
    code: 'STATE_REFUSED',
    kind: 'config',
    message: `The lock ${path}.lock cannot be read: it is a folder, not a file.`,
  });
  expect(await readdir(dirname(path))).toEqual(['state.json.lock']);
});

it('a lock that cannot be made is refused before anything is read', async () => {
  const path = join(await statePath(), 'state.json');
  await writeFile(dirname(path), 'a file');

  await expect(lock(path)).rejects.toMatchObject({
    code: 'STATE_REFUSED',
    kind: 'config',
    message: `Cannot write ${dirname(path)}: something else has that name.`,
  });
});

describe('a lock that is held', () => {
  /** Passes the time between two beats. */
  const beat = () => vi.advanceTimersByTime(10_000);
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('shows every ten seconds that its run is alive', async () => {
    const path = await statePath();
    const clock = testClock();
    const held = await lock(path, { clock });
    clock.nowMs = NOW + 10_000;

    beat();
    await held.release();
    const next = await lock(path, { clock });

    // What was begun is ended before the lock is given back, or it would come to life again.
    expect(await readdir(dirname(path))).toEqual(['state.json.lock']);
    expect(held.lost.aborted).toBe(false);
    await next.release();
  });

  it('says when it was seen last', async () => {
    const path = await statePath();
    const clock = testClock();
    const held = await lock(path, { clock });
    clock.nowMs = NOW + 10_000;

    beat();

    await vi.waitFor(async () => {
      expect(JSON.parse(await readFile(`${path}.lock`, 'utf8'))).toMatchObject({ beat_at: NOW + 10_000 });
    }, 60_000);
    await expect(held.assertHeld()).resolves.toBeUndefined();
    await held.release();
  });

  it.each([
    ['another run has taken it over', (path: string) => leaveLock(path)],
    ['somebody has removed it', (path: string) => rm(`${path}.lock`)],
    ['it is another thing now', (path: string) => writeFile(`${path}.lock`, 'mine')],
  ])('stops its run where %s, and what is there stays', async (_, change) => {
    const path = await statePath();
    const held = await lock(path);
    await change(path);
    const before = await readFile(`${path}.lock`, 'utf8').catch(() => undefined);
    const lost = once(held.lost, 'abort');

    beat();
    await lost;

    expect(held.lost.reason).toMatchObject({ code: 'STATE_TAKEN_OVER', kind: 'interrupted' });
    await expect(held.assertHeld()).rejects.toMatchObject({ code: 'STATE_TAKEN_OVER', kind: 'config' });
    await held.release();
    expect(await readFile(`${path}.lock`, 'utf8').catch(() => undefined)).toBe(before);
  });

  it('is found to be lost also between two beats', async () => {
    const path = await statePath();
    const held = await lock(path);
    await leaveLock(path);

    await expect(held.assertHeld()).rejects.toMatchObject({ code: 'STATE_TAKEN_OVER' });
    await held.release();
  });
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
