import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ExportError } from '../errors/export-error.js';
import { fileError } from '../files/file-error.js';
import { temporaryPath } from '../files/temporary-name.js';
import type { Log } from '../report/log.js';
import type { Clock } from '../time/clock.js';
import { sayDuration } from '../time/duration.js';

const holder = z.object({
  id: z.string(),
  pid: z.int(),
  host: z.string(),
  since: z.string(),
  beat_at: z.number(),
});
type Holder = z.output<typeof holder>;

export interface LockOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Waits for the holder instead of refusing. */
  readonly wait: boolean;
}

export interface StateLock {
  release(): Promise<void>;
}

/** A holder on another machine that has not shown itself for this long is taken for dead. */
const DEAD_AFTER_MS = 60_000;
const BEAT_EVERY_MS = 10_000;
const ASK_EVERY_MS = 1_000;
/** Looking at a dead lock and removing it takes no longer. */
const GUARD_ASK_MS = 20;

/**
 * Makes sure that only one run works on a state: the file `<state>.lock` says who. It comes into being whole, by a
 * link that never replaces, and a dead run's lock is removed by one process alone, so that of two that see it dead
 * only one wins.
 */
export async function lockState(path: string, options: LockOptions): Promise<StateLock> {
  const file = `${path}.lock`;
  const id = randomUUID();
  await mkdir(dirname(file), { recursive: true }).catch((error) => {
    throw fileError(file, error);
  });
  const since = new Date(options.clock.now()).toISOString();
  const own = (): Holder => ({ id, pid: process.pid, host: hostname(), since, beat_at: options.clock.now() });
  let told = false;
  for (;;) {
    if (await create(file, own())) break;
    const other = await read(file);
    if (other === 'gone') continue;
    if (other === 'unreadable' || isDead(other, options.clock.now())) {
      options.log.warn(
        `Taking over the lock of a run that is gone${other === 'unreadable' ? '' : `: ${say(other, options.clock.now())}`}`,
      );
      if (!(await removeDead(file, options.clock))) await options.clock.sleep(GUARD_ASK_MS, options.signal);
      continue;
    }
    if (!options.wait) throw taken(path, other, options.clock.now());
    if (!told) options.log.info(`Waiting for another run to end: ${say(other, options.clock.now())}`);
    told = true;
    await options.clock.sleep(ASK_EVERY_MS, options.signal);
  }
  const beat = setInterval(() => void show(file, own()).catch(() => {}), BEAT_EVERY_MS); // a missed beat is made up for
  beat.unref();
  return {
    release: async () => {
      clearInterval(beat);
      const other = await read(file);
      if (typeof other === 'object' && other.id === id) await rm(file, { force: true });
    },
  };
}

/** True where it was not there and is now ours: a link never replaces, and shows the file only whole. */
async function create(file: string, own: Holder): Promise<boolean> {
  const draft = temporaryPath(file);
  try {
    await writeFile(draft, JSON.stringify(own));
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw fileError(file, error);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Shows that its run is alive; whole, and never over the lock of somebody else. */
async function show(file: string, own: Holder): Promise<void> {
  const held = await read(file);
  if (typeof held !== 'object' || held.id !== own.id) return;
  const draft = temporaryPath(file);
  await writeFile(draft, JSON.stringify(own));
  await rename(draft, file);
}

async function read(file: string): Promise<Holder | 'gone' | 'unreadable'> {
  try {
    const result = holder.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return result.success ? result.data : 'unreadable';
  } catch (error) {
    if (error instanceof SyntaxError) return 'unreadable';
    const { code } = error as NodeJS.ErrnoException; // what `node:fs` throws
    if (code === 'ENOENT') return 'gone';
    throw new ExportError(
      'STATE_LOCKED',
      `The lock ${file} cannot be read: the file system answered ${code}.`,
      {
        kind: 'config',
        hint: 'Check its rights; if it is no file, move it away.',
        cause: error,
      },
    );
  }
}

/** On this machine a run is dead when its process is; elsewhere, when it has not been seen for a while. */
function isDead(other: Holder, nowMs: number): boolean {
  if (other.host !== hostname()) return nowMs - other.beat_at > DEAD_AFTER_MS;
  if (other.pid === process.pid) return nowMs - other.beat_at > DEAD_AFTER_MS;
  try {
    process.kill(other.pid, 0);
    return nowMs - other.beat_at > DEAD_AFTER_MS; // another process may have got the number
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/**
 * Removes a lock that is dead, if it still is: whoever looks at it and removes it must be alone in doing so, or it
 * would remove the lock of the one that was faster. False where another one is about to do it.
 */
async function removeDead(file: string, clock: Clock): Promise<boolean> {
  const guard = `${file}.takeover`;
  if (!(await enter(guard))) return false;
  try {
    const other = await read(file);
    if (other === 'unreadable' || (typeof other === 'object' && isDead(other, clock.now())))
      await rm(file, { force: true });
    return true;
  } finally {
    await rmdir(guard);
  }
}

/** A folder comes into being once. One that is left by a process that died in between is removed after a while. */
async function enter(guard: string): Promise<boolean> {
  try {
    await mkdir(guard);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileError(guard, error);
    const made = await stat(guard).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > DEAD_AFTER_MS) await rmdir(guard).catch(() => {}); // another one was faster
    return false;
  }
}

function say({ pid, host, since, beat_at: beatAt }: Holder, nowMs: number): string {
  const seen = sayDuration(Math.max(0, nowMs - beatAt));
  return `process ${pid} on ${host}, since ${since}, last seen ${seen} ago`;
}

function taken(path: string, other: Holder, nowMs: number): ExportError {
  return new ExportError('STATE_LOCKED', `Another run works on ${path}: ${say(other, nowMs)}.`, {
    kind: 'config',
    hint: `Let it end, or wait for it with --wait. If it is gone, remove ${path}.lock.`,
  });
}
