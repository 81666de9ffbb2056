import { setTimeout as delay } from 'node:timers/promises';
import { startAccount } from './account.mjs';
import { must, mustEnd } from './check.mjs';
import { dice } from './dice.mjs';
import { advisoryLocks, contentsOf, firstHalfDay, mergesIn, sinkInto } from './postgres.mjs';
import { startSync } from './program.mjs';
import { makeWorld, withReference } from './world.mjs';

const WINDOW = { since: '2026-03-10', until: '2026-03-14' };
const FIRST_RUN = Date.parse('2026-03-11T06:00:00Z');
const LAST_KILL = Date.parse('2026-03-15T12:00:00Z');
const SETTLED = Date.parse('2026-03-25T12:00:00Z');

/** Of the runs, one in so many is let finish: the next one then finds days that it merges into. */
const FINISH_ONE_IN = 6;
/** A run is killed in one of its first merges. */
const MERGES = 5;
const LOOK_EVERY_MS = 2;
const HOUR = 3_600_000;

/**
 * Kills runs in the middle of their merges into PostgreSQL while the account goes on, so that most of them change days that
 * are there; and then lets one finish: every row of every table has to be that of one undisturbed run.
 */
export async function killedWhileMerging({ count, seed, database, tell }) {
  const chance = dice(seed);
  const account = await startAccount({ now: FIRST_RUN, seed });
  const world = await makeWorld(account, { ...WINDOW, sinks: sinkInto(database, 'killed') });
  let killed = 0;
  let ended = 0;
  try {
    for (let run = 1; killed < count; run += 1) {
      const letFinish = run % FINISH_ONE_IN === 0;
      const { code, said, ms } = await oneRun(
        world,
        account,
        database,
        letFinish ? Infinity : 1 + chance.below(MERGES),
      );
      if (code === null) killed += 1;
      else ended += 1;
      must(code === null || code === 0, `run ${run} ended with ${code}:\n${said}`);
      const half = await firstHalfDay(database, 'killed');
      must(half === undefined, `after run ${run}, ${half} is not as it is said to be`);
      if (code === null && killed % 25 === 0) tell(`${killed} kills in merges`);
      const due = FIRST_RUN + ((LAST_KILL - FIRST_RUN) * killed) / count;
      // Where a run found nothing to merge, there is more after a while.
      const soon = code === null || letFinish ? 2 * ms : HOUR;
      await account.advance(Math.max(soon, due - (await account.now())));
    }
    await account.advance(SETTLED - (await account.now()));
    await mustEnd(0, world, account, { args: ['-q'] });
    await withReference(account, { ...WINDOW, sinks: sinkInto(database, 'undisturbed') }, async () => {
      const [wanted, found] = [
        await contentsOf(database, 'undisturbed'),
        await contentsOf(database, 'killed'),
      ];
      const differing = Object.keys({ ...wanted, ...found }).find((table) => wanted[table] !== found[table]);
      must(differing === undefined, `the table ${differing} differs from that of an undisturbed run`);
    });
    const locks = await advisoryLocks(database);
    must(locks === 0, `${locks} advisory locks are left`);
    return { tries: killed, detail: `each in the middle of a merge; ${ended} runs ended` };
  } finally {
    account.close();
    await world.remove();
  }
}

/** @param merges after the beginning of so many it is killed */
async function oneRun(world, account, database, merges) {
  const child = await startSync(world.folder, account, { args: ['-q'] });
  let isOver = false;
  const ended = child.ended.finally(() => {
    isOver = true;
  });
  const seen = new Set();
  while (!isOver && seen.size < merges) {
    if (Number.isFinite(merges)) for (const merge of await mergesIn(database)) seen.add(merge);
    else await ended;
    await delay(LOOK_EVERY_MS);
  }
  if (!isOver) child.kill();
  return ended;
}
