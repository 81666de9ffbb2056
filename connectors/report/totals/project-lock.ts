import { isSame } from '../../../src/checkpoints/lock/lock-content.js';
import { createLock, readLock, removeDeadLock, removeLock } from '../../../src/checkpoints/lock/lock-file.js';
import { hasEnded, thisRun } from '../../../src/checkpoints/lock/lock-holder.js';
import type { Log } from '../../../src/log/log.js';
import type { Clock } from '../../../src/time/clock.js';

const ASK_EVERY_MS = 20;
/** A file is written much sooner: of whom nothing else is known, and who holds the lock for so long, is dead. */
const WATCH_MS = 15_000;

/**
 * Files of totals are read, changed and replaced: only one process at a time may do that with those of a project, also of
 * runs that have no state in common. The file `.lock` beside them says which.
 */
export class ProjectLock {
  readonly #file: string;
  readonly #options: { readonly clock: Clock; readonly log: Log; readonly signal: AbortSignal };
  /** Within this process nobody asks the disk whose turn it is. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(file: string, { clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#file = file;
    // What waits for it is a commit, which has a deadline of its own.
    this.#options = { clock, log, signal: new AbortController().signal };
  }

  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(() => this.#locked(work));
    this.#turn = done.catch(() => {}); // told to whoever asked for it
    return done;
  }

  async #locked<Result>(work: () => Promise<Result>): Promise<Result> {
    const { clock } = this.#options;
    const own = await thisRun(clock.now());
    let seen = '';
    let watchedMs = 0;
    while (!(await createLock(this.#file, own, this.#options))) {
      const other = await readLock(this.#file);
      if (other === 'gone') continue;
      const text = JSON.stringify(other);
      watchedMs = text === seen ? watchedMs + ASK_EVERY_MS : 0;
      seen = text;
      const isDead = typeof other === 'object' && hasEnded(other, own);
      if (isDead || watchedMs >= WATCH_MS) await removeDeadLock(this.#file, other, this.#options);
      else await clock.sleep(ASK_EVERY_MS);
    }
    try {
      return await work();
    } finally {
      if (isSame(await readLock(this.#file), own)) await removeLock(this.#file, clock);
    }
  }
}
