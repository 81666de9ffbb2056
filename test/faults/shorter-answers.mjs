import { setTimeout as delay } from 'node:timers/promises';
import { startAccount } from './account.mjs';
import { must, mustBeWhole, mustEnd, mustEqualReference } from './check.mjs';
import { dice } from './dice.mjs';
import { Wholeness } from './outputs.mjs';
import { startSync } from './program.mjs';
import { makeWorld, sinksOf } from './world.mjs';

const HOUR_MS = 3_600_000;
const WINDOW = { since: '2026-03-10', until: '2026-03-13' };
/** The days before have been over for a while; the last one of the window is under way. */
const BEGIN = Date.parse('2026-03-13T06:00:00Z');
const SETTLED = Date.parse('2026-03-25T12:00:00Z');
/** Of the runs with short answers, one in so many is let finish. */
const FINISH_ONE_IN = 3;

/**
 * One run delivers what there is. Then answers of the request log, of usage and of billing lose a half of their lists, or all
 * of them, while runs are killed: nothing of the days that are over may go. At the end the account is well again.
 */
export async function shorterAnswers({ count, seed, tell }) {
  const chance = dice(seed);
  const account = await startAccount({ now: BEGIN, seed });
  const settings = { ...WINDOW, sinks: sinksOf() };
  const world = await makeWorld(account, settings);
  const wholeness = new Wholeness();
  let killed = 0;
  let keptBack = 0;
  let usualMs = 4_000;
  try {
    await mustEnd(0, world, account, { args: ['-q'] });
    for (let run = 1; killed < count; run += 1) {
      await account.shortening(run % 2 === 0 ? 'short-list' : 'empty-list');
      await account.advance(HOUR_MS / 2);
      const child = await startSync(world.folder, account, { args: ['-q'] });
      const killing = new AbortController();
      if (run % FINISH_ONE_IN !== 0) {
        const moment = chance.fraction() * usualMs * 1.1;
        delay(moment, undefined, { signal: killing.signal }).then(child.kill, () => {});
      }
      const { code, said, ms } = await child.ended;
      killing.abort();
      if (code === null) killed += 1;
      else {
        must(code === 0 || code === 3, `run ${run} ended with ${code}:\n${said}`);
        if (/kept back/.test(said)) keptBack += 1;
        usualMs = 0.7 * usualMs + 0.3 * ms;
      }
      await mustBeWhole(world, wholeness);
    }
    must(count < 10 || keptBack > 0, 'no run kept anything back');
    tell(`${killed} kills while answers were shorter than before`);
    await account.shortening(undefined);
    await account.advance(SETTLED - (await account.now()));
    await mustEnd(0, world, account, { args: ['-q'] });
    await mustEqualReference(world, account, settings);
    return { tries: killed, detail: `${keptBack} runs ended with days that they kept back` };
  } finally {
    account.close();
    await world.remove();
  }
}
