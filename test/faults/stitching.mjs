import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inWorld, settle } from './broken-sinks.mjs';
import { must, mustBeWhole, mustEnd, mustEqualReference } from './check.mjs';
import { dice } from './dice.mjs';
import { Wholeness } from './outputs.mjs';
import { startSync } from './program.mjs';

const TABLES = [
  'requests.csv',
  'requests_tags.csv',
  'usage.csv',
  'billing.csv',
  'models.csv',
  'datapackage.json',
  'deepgram.tds',
  'deepgram.tdsx',
  'README.txt',
];

/** Kills the program while it puts a table together: as soon as the table's temporary file is seen. */
export async function killedWhileStitching({ seed, count, tell }) {
  return inWorld({ seed }, async ({ world, account, settings }) => {
    const chance = dice(seed);
    const wholeness = new Wholeness();
    let killed = 0;
    for (let run = 0; killed < count; run += 1) {
      must(run < 3 * count, `only ${killed} of ${run} runs were killed in time`);
      const table = TABLES[chance.below(TABLES.length)];
      const child = await startSync(world.folder, account, { args: ['-q'] });
      const wasSeen = await killedAt(table, join(world.out, 'tableau'), child);
      if (wasSeen) killed += 1;
      await mustBeWhole(world, wholeness);
      await account.advance(3_600_000);
    }
    tell(`${killed} kills while a table was put together`);
    await settle(account);
    await mustEnd(0, world, account);
    await mustEqualReference(world, account, settings);
    return { tries: killed, detail: `of ${TABLES.join(', ')}` };
  });
}

async function killedAt(table, folder, child) {
  let running = true;
  const ended = child.ended.then(({ code }) => {
    running = false;
    return code;
  });
  while (running) {
    const names = await readdir(folder).catch(() => []);
    // An earlier run's own leftover of this name has another number.
    if (names.some((name) => name.startsWith(`.${table}.${child.pid}-`))) child.kill();
    await nextTurn();
  }
  return (await ended) === null;
}
