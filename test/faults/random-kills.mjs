import { setTimeout as delay } from 'node:timers/promises';
import { startSync } from './program.mjs';

/** How much of the last runs counts in how long one is thought to take. */
const INERTIA = 0.7;
/** The moment of a kill is drawn from a little more than the whole length, so that some runs end before. */
const BEYOND = 1.1;

/**
 * Runs that are killed at random moments of their usual length, which is learned from those that were not.
 *
 * @param usualMs how long one is thought to take at first
 */
export function randomKills(chance, usualMs) {
  let usual = usualMs;
  return {
    /** One run. Resolves with its `pid`, its exit code (null when it was killed), what was said and how long it took. */
    async run(world, account, { letFinish, args = ['-q'] }) {
      const child = await startSync(world.folder, account, { args });
      const killing = new AbortController();
      if (!letFinish) {
        const moment = chance.fraction() * usual * BEYOND;
        delay(moment, undefined, { signal: killing.signal }).then(child.kill, () => {});
      }
      const ended = await child.ended;
      killing.abort();
      if (ended.code !== null) usual = INERTIA * usual + (1 - INERTIA) * ended.ms;
      return { pid: child.pid, ...ended };
    },
  };
}
