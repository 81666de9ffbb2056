import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startAccount } from './account.mjs';
import { must, mustBeWhole, mustEnd, mustEqualReference } from './check.mjs';
import { dice } from './dice.mjs';
import { filesBelow, Wholeness } from './outputs.mjs';
import { randomKills } from './random-kills.mjs';
import { makeWorld, sinksOf } from './world.mjs';

const WINDOW = { since: '2026-03-10', until: '2026-03-13' };
/** The days before have been over for a while; the last one of the window is under way. */
const BEGIN = Date.parse('2026-03-13T06:00:00Z');
const SETTLED = Date.parse('2026-03-25T12:00:00Z');
/** Of the runs with short answers, one in so many is let finish. */
const FINISH_ONE_IN = 3;
/** A day that was kept back is read again after so long. */
const READ_AGAIN_MS = 3_600_000;
const USUAL_MS = 4_000;

/**
 * One run delivers what there is. Then answers of the request log, of usage and of billing lose a half of their lists, or all
 * of them, while runs are killed: nothing of the days that are over may go. At the end the account is well again.
 */
export async function shorterAnswers({ count, seed, tell }) {
  const kills = randomKills(dice(seed), USUAL_MS);
  const account = await startAccount({ now: BEGIN, seed });
  const settings = { ...WINDOW, sinks: sinksOf() };
  const world = await makeWorld(account, settings);
  const wholeness = new Wholeness();
  let killed = 0;
  let keptBack = 0;
  try {
    await mustEnd(0, world, account, { args: ['-q'] });
    const delivered = await linesOfDaysOver(world.out);
    must(delivered.size > 0, 'nothing was delivered');
    let kind = 'empty-list';
    for (let run = 1; killed < count || keptBack === 0; run += 1) {
      must(run <= 10 * count + 10, `after ${run - 1} runs nothing was kept back`);
      await account.shortening(kind);
      await account.advance(READ_AGAIN_MS);
      const { code, said } = await kills.run(world, account, { letFinish: run % FINISH_ONE_IN === 0 });
      if (code === null) killed += 1;
      else {
        must(code === 0 || code === 3, `run ${run} ended with ${code}:\n${said}`);
        if (/kept back/.test(said)) keptBack += 1;
      }
      // The same half twice, an hour apart, is believed: a whole run that gets another answer comes between the two.
      if (kind === 'short-list') kind = 'empty-list';
      else if (code !== null) kind = 'short-list';
      await mustBeWhole(world, wholeness);
      const now = await linesOfDaysOver(world.out);
      for (const [path, lines] of delivered)
        must((now.get(path) ?? 0) >= lines, `${path} had ${lines} lines, and has ${now.get(path)}`);
    }
    tell(`${killed} kills while answers were shorter than before`);
    await account.shortening(undefined);
    await account.advance(Math.max(READ_AGAIN_MS, SETTLED - (await account.now())));
    await mustEnd(0, world, account, { args: ['-q'] });
    await mustEqualReference(world, account, settings);
    return { tries: killed, detail: `${keptBack} runs ended with days that they kept back` };
  } finally {
    account.close();
    await world.remove();
  }
}

/** Lines of the archive's files of the days that were over at the beginning, by their paths. */
async function linesOfDaysOver(out) {
  const archive = join(out, 'ndjson');
  const paths = (await filesBelow(archive)).filter((path) =>
    /date=2026-03-1[0-2]\/part\.ndjson\.gz$/.test(path),
  );
  const lines = await Promise.all(
    paths.map(async (path) => {
      const text = gunzipSync(await readFile(join(archive, path))).toString();
      return [path, text.split('\n').length - 1];
    }),
  );
  return new Map(lines);
}
