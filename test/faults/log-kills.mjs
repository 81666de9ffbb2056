import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startAccount } from './account.mjs';
import { must, mustEnd } from './check.mjs';
import { dice } from './dice.mjs';
import { filesBelow } from './outputs.mjs';
import { stateIn } from './postgres.mjs';
import { randomKills } from './random-kills.mjs';
import { logSinksOf, makeWorld } from './world.mjs';

const WINDOW = { since: '2026-03-10', until: '2026-03-14' };
const FIRST_RUN = Date.parse('2026-03-11T06:00:00Z');
const LAST_KILL = Date.parse('2026-03-15T12:00:00Z');
const SETTLED = Date.parse('2026-03-25T12:00:00Z');

/** Of the runs, one in so many is let finish: what it sent must not be sent again. */
const FINISH_ONE_IN = 6;
const USUAL_MS = 5_000;
/** Of the calls to Deepgram. */
const FAILING = 0.2;
/**
 * By which the account's clock, and with it the intake's, moves with every page of the request log, while the program's goes
 * on at its pace. A log that is nearly 18 hours old is sent with its time when it has ten minutes left: the pages of a run
 * must not take longer by that clock.
 */
const CLOCK_STEP_MS = 10_000;
/** Of a payload at the intake, so that many kills find one on its way. */
const SLOWNESS_MS = 600;

/**
 * Kills runs that send logs, and then lets one finish. What was sent cannot be taken back or looked up, so at the end
 * every settled request must have its log, and twice only where a run said that it had been in doubt.
 */
export async function killedWhileAppending({ count, seed, prices = true, database, tell }) {
  const kills = randomKills(dice(seed), USUAL_MS);
  const account = await startAccount({ now: FIRST_RUN, seed, prices, clockStepMs: CLOCK_STEP_MS });
  const state = database && stateIn(database, 'logs');
  const world = await makeWorld(account, { ...WINDOW, state, sinks: logSinksOf(account) });
  const doubts = new Map();
  let killed = 0;
  try {
    await account.intakeSlowness(SLOWNESS_MS);
    for (let run = 1; killed < count; run += 1) {
      await account.failing(FAILING, seed + run);
      const letFinish = run % FINISH_ONE_IN === 0;
      const args = ['--log-format', 'json'];
      const { code, said, ms } = await kills.run(world, account, { letFinish, args });
      addDoubts(doubts, said);
      if (code === null) {
        killed += 1;
        if (killed % 10 === 0) tell(`${killed} kills while sending logs`);
      } else {
        must(code === 0 || code === 3, `run ${run} ended with ${code}:\n${said}`);
      }
      const due = FIRST_RUN + ((LAST_KILL - FIRST_RUN) * killed) / count;
      await account.advance(Math.max(2 * ms, due - (await account.now())));
    }
    await account.failing(0);
    await account.advance(SETTLED - (await account.now()));
    const { said } = await mustEnd(0, world, account, { args: ['--log-format', 'json'] });
    addDoubts(doubts, said);
    const { requests, twice } = judge(await account.logs(), await requestsIn(world), doubts);
    const inDoubt = sum(doubts.values());
    return {
      tries: killed,
      detail: `each of ${requests} settled requests is there; ${twice} logs twice, of ${inDoubt} that the runs said were in doubt`,
    };
  } finally {
    account.close();
    await world.remove();
  }
}

/** By partition, how many records a run said it may deliver twice. */
function addDoubts(doubts, said) {
  for (const line of said.split('\n').filter((text) => text.includes('"in_doubt"'))) {
    const { message, in_doubt: records } = JSON.parse(line);
    const [, partition] = / of requests\/(\S+) twice/.exec(message) ?? [];
    if (partition !== undefined) doubts.set(partition, (doubts.get(partition) ?? 0) + records);
  }
}

function judge(logs, archived, doubts) {
  const copies = new Map();
  for (const { http } of logs) copies.set(http.request_id, (copies.get(http.request_id) ?? 0) + 1);
  const twice = new Map();
  for (const { id, settled, partition } of archived) {
    const there = copies.get(id) ?? 0;
    must(there > 0 || !settled, `request ${id} of ${partition} has no log`);
    if (there > 1) twice.set(partition, (twice.get(partition) ?? 0) + there - 1);
    copies.delete(id);
  }
  must(copies.size === 0, `${copies.size} logs are of no request: ${[...copies.keys()][0]}`);
  for (const [partition, records] of twice) {
    const inDoubt = doubts.get(partition) ?? 0;
    must(records <= inDoubt, `${partition} has ${records} logs twice, and ${inDoubt} were in doubt`);
  }
  return { requests: archived.filter(({ settled }) => settled).length, twice: sum(twice.values()) };
}

/** What the archive of the same job has of the request log. */
async function requestsIn(world) {
  const folder = join(world.out, 'ndjson', 'requests');
  const requests = [];
  for (const path of await filesBelow(folder)) {
    const [, project, day] = /project_id=([^/]+)\/date=(\S+)\/part\.ndjson$/.exec(path) ?? [];
    const lines = (await readFile(join(folder, path), 'utf8')).split('\n').slice(0, -1);
    for (const line of lines) {
      const { request_id: id, settled } = JSON.parse(line);
      requests.push({ id, settled, partition: `${project}/${day}` });
    }
  }
  return requests;
}

function sum(numbers) {
  return [...numbers].reduce((total, number) => total + number, 0);
}
