import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startAccount } from './account.mjs';
import { must, mustBeWhole, mustEnd, mustEqualReference } from './check.mjs';
import { Wholeness } from './outputs.mjs';
import { makeWorld, sinksOf } from './world.mjs';

const DAY_MS = 86_400_000;
const WINDOW = { since: '2026-03-10', until: '2026-03-14' };
const DURING = Date.parse('2026-03-12T09:00:00Z');
const SETTLED = Date.parse('2026-03-25T12:00:00Z');
/** Runs for which the fault lasts. */
const RUNS = 3;

/** A file stands where the sink's folder was, for three runs on three days; then it is gone. */
export async function sinkDown({ seed }) {
  return inWorld({ seed }, async ({ world, account, settings }) => {
    const wholeness = new Wholeness();
    const path = join(world.out, 'ndjson');
    await writeFile(path, 'in the way');
    for (let run = 0; run < RUNS; run += 1) {
      const { said } = await mustEnd(4, world, account);
      must(said.includes('it is a file, not a folder'), `the reason was not said:\n${said}`);
      await mustBeWhole({ ...world, out: join(world.out, 'tableau') }, wholeness);
      await account.advance(DAY_MS);
    }
    await rm(path);
    await settle(account);
    await mustEnd(0, world, account);
    await mustEqualReference(world, account, settings);
    return { tries: RUNS, detail: 'exit 4 each time, then everything once' };
  });
}

/** A folder stands where a table belongs. */
export async function tableReplaced({ seed }) {
  return inWorld({ seed }, async ({ world, account, settings }) => {
    const path = join(world.out, 'tableau', 'requests.csv');
    await mkdir(join(path, 'more'), { recursive: true });
    for (let run = 0; run < RUNS; run += 1) {
      const { said } = await mustEnd(4, world, account);
      must(said.includes('it is a folder, not a file'), `the reason was not said:\n${said}`);
    }
    await rm(path, { recursive: true });
    await settle(account);
    await mustEnd(0, world, account);
    await mustEqualReference(world, account, settings);
    return { tries: RUNS, detail: 'exit 4 each time, then the table is there' };
  });
}

/** Datadog takes calls and never answers; it has two seconds. The other sinks are to get everything all the same. */
export async function sinkHangs({ seed }) {
  const account = await startAccount({ now: SETTLED, seed });
  const settings = { ...WINDOW, sinks: sinksOf({ intakeUrl: account.intakeUrl, deadline: '2s' }) };
  const world = await makeWorld(account, settings);
  try {
    await account.intakeFault('hang');
    for (let run = 0; run < RUNS; run += 1) {
      const { said } = await mustEnd(4, world, account);
      must(said.includes('did not finish within 2.0 s'), `the reason was not said:\n${said}`);
    }
    await mustEqualReference(world, account, { ...WINDOW, sinks: sinksOf() });
    return {
      tries: RUNS,
      detail: 'exit 4 after its deadline, the files of the others as in an undisturbed run',
    };
  } finally {
    account.close();
    await world.remove();
  }
}

/** A world whose account has an unfinished day, with the two sinks that write files. */
export async function inWorld({ seed }, use) {
  const account = await startAccount({ now: DURING, seed });
  const settings = { ...WINDOW, sinks: sinksOf() };
  const world = await makeWorld(account, settings);
  try {
    return await use({ world, account, settings });
  } finally {
    account.close();
    await world.remove();
  }
}

/** Moves the account on until nothing of the window can change any more. */
export async function settle(account) {
  await account.advance(SETTLED - (await account.now()));
}
