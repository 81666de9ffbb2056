import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAccount } from './account.mjs';
import { must, mustBeWhole, mustEnd, mustEqualReference } from './check.mjs';
import { dice } from './dice.mjs';
import { Wholeness } from './outputs.mjs';
import { randomKills } from './random-kills.mjs';
import { makeWorld, sinksOf } from './world.mjs';

const HOUR_MS = 3_600_000;
const WINDOW = { since: '2026-03-10', until: '2026-03-14' };
const BEGIN = Date.parse('2026-03-12T06:00:00Z');
const SETTLED = Date.parse('2026-03-25T12:00:00Z');
/** Runs that lie between a copy and its coming back. */
const RUNS_AGO = 2;
const FINISH_ONE_IN = 3;
const USUAL_MS = 4_000;

/**
 * A backup or a cache of two runs ago comes back: of the outputs, of the state, or of both, in turn, between runs that are
 * killed. What the one has and the other does not know of, or the other way about, must not stay missing.
 */
export async function olderCopies({ count, seed, tell }) {
  const kills = randomKills(dice(seed), USUAL_MS);
  const account = await startAccount({ now: BEGIN, seed });
  const settings = { ...WINDOW, sinks: sinksOf() };
  const world = await makeWorld(account, settings);
  const copies = await mkdtemp(join(tmpdir(), 'deepgram-export-copies-'));
  const wholeness = new Wholeness();
  const parts = { out: world.out, state: world.stateFolder };
  let killed = 0;
  try {
    for (let run = 1; killed < count; run += 1) {
      const { code, said } = await kills.run(world, account, { letFinish: run % FINISH_ONE_IN === 0 });
      if (code === null) killed += 1;
      else {
        must(code === 0, `run ${run} ended with ${code}:\n${said}`);
      }
      await mustBeWhole(world, wholeness);
      await keep(parts, join(copies, `${run}`));
      const back = [['out'], ['state'], ['out', 'state']][run % 3];
      if (run > RUNS_AGO)
        for (const part of back) await putBack(parts[part], join(copies, `${run - RUNS_AGO}`, part));
      await account.advance(2 * HOUR_MS);
    }
    tell(`${killed} kills between copies that came back`);
    await account.advance(SETTLED - (await account.now()));
    await mustEnd(0, world, account, { args: ['-q'] });
    await mustEqualReference(world, account, settings);
    return { tries: killed, detail: 'outputs, state and both, of two runs ago' };
  } finally {
    account.close();
    await world.remove();
    await rm(copies, { recursive: true, force: true });
  }
}

async function keep(parts, folder) {
  for (const [part, path] of Object.entries(parts)) {
    await mkdir(path, { recursive: true });
    await cp(path, join(folder, part), { recursive: true });
  }
}

async function putBack(path, copy) {
  await rm(path, { recursive: true, force: true });
  await cp(copy, path, { recursive: true });
}
