import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KINDS, startAccount } from './account.mjs';
import { must, mustBeWhole, mustEnd, mustEqualReference } from './check.mjs';
import { dice } from './dice.mjs';
import { leftovers, Wholeness } from './outputs.mjs';
import { advisoryLocks, stateIn } from './postgres.mjs';
import { randomKills } from './random-kills.mjs';
import { makeWorld, sinksOf } from './world.mjs';

const WINDOW = { since: '2026-03-10', until: '2026-03-14' };
const FIRST_RUN = Date.parse('2026-03-11T06:00:00Z');
/** Before the last day of the window is older than the lookback: its files are still to be written once more. */
const LAST_KILL = Date.parse('2026-03-15T12:00:00Z');
/** Everything has settled: a request without a response is lost after two days. */
const SETTLED = Date.parse('2026-03-25T12:00:00Z');

/** Of the runs, one in so many is let finish; of the others, every second one meets a call that never ends. */
const FINISH_ONE_IN = 6;
const STALL_ONE_IN = 2;
/** From so many kills on, every kind of fault must have been met. */
const MEETS_ALL = 30;
/** Of the calls. */
const FAILING = 0.2;

/** Worlds that are tormented side by side, since a run mostly waits; each has its own seed and account. */
const WORLDS = 4;

/**
 * Runs the program again and again while a fifth of all calls fail and the account goes on, kills it at random
 * moments, and then lets it run once: its outputs have to be those of a program that was never disturbed.
 *
 * @param count kills in all; the worlds share them
 * @param database where the states are; default: in files
 */
export async function kills({ count, seed, datadog = false, prices = true, database, tell }) {
  const worlds = Math.min(WORLDS, Math.ceil(count / 10));
  const met = new Map(KINDS.map((kind) => [kind, 0]));
  const book = { killed: 0, calls: 0, met, endings: new Map(), phases: new Map() };
  const shares = Array.from({ length: worlds }, (_, at) => Math.floor((count + at) / worlds));
  await Promise.all(
    shares.map((share, at) =>
      tormented({
        count: share,
        seed: seed * WORLDS + at,
        datadog,
        prices,
        state: database && stateIn(database, `world_${at}`),
        tell,
        book,
      }),
    ),
  );
  const locks = database === undefined ? 0 : await advisoryLocks(database);
  must(locks === 0, `${locks} advisory locks are left`);
  const { killed, calls, endings, phases } = book;
  const failed = [...met.values()].reduce((sum, times) => sum + times, 0);
  must(killed < MEETS_ALL || [...met.values()].every((times) => times > 0), `not met: ${formatCounts(met)}`);
  return {
    tries: killed,
    detail:
      `killed while ${formatCounts(phases)}; others ended with ${formatCounts(endings) || 'nothing'}; ` +
      `${failed} of ${calls} calls failed: ${formatCounts(met)}`,
  };
}

async function tormented({ count, seed, datadog, prices, state, tell, book }) {
  const runs = randomKills(dice(seed), datadog ? 7_000 : 4_000);
  const account = await startAccount({ now: FIRST_RUN, seed, prices });
  const settings = { ...WINDOW, state, sinks: sinksOf(datadog ? { intakeUrl: account.intakeUrl } : {}) };
  const world = await makeWorld(account, settings);
  const wholeness = new Wholeness();
  let killed = 0;
  try {
    for (let run = 1; killed < count; run += 1) {
      const letFinish = run % FINISH_ONE_IN === 0;
      const stalls = run % STALL_ONE_IN === 1; // never in one that is let finish
      await account.failing(FAILING, seed + run, { refuses: !letFinish, stalls });
      const before = new Set(await leftovers(world.folder));
      const { code, said, ms, pid } = await runs.run(world, account, { letFinish });
      if (code === null) {
        killed += 1;
        book.killed += 1;
        countIn(book.phases, await phaseOf(world, before, pid));
        if (book.killed % 25 === 0) tell(`${book.killed} kills`);
      } else {
        // 3: a call that was refused, or failed six times in a row; the rest comes next time.
        must(code === 0 || code === 3, `run ${run} ended with ${code}:\n${said}`);
        countIn(book.endings, `exit ${code}`);
      }
      await mustBeWhole(world, wholeness);
      const due = FIRST_RUN + ((LAST_KILL - FIRST_RUN) * killed) / count;
      await account.advance(Math.max(2 * ms, due - (await account.now())));
    }
    const { all, met } = await account.calls();
    book.calls += all;
    for (const [kind, times] of Object.entries(met)) countIn(book.met, kind, times);
    await account.failing(0);
    await account.advance(SETTLED - (await account.now()));
    await mustEnd(0, world, account, { args: ['-q'] });
    await mustBeWhole(world, wholeness);
    const points = await account.points();
    const sinks = datadog ? sinksOf({ intakeUrl: await account.emptyIntake() }) : settings.sinks;
    await mustEqualReference(world, account, { ...settings, sinks });
    if (datadog) mustBeSamePoints(await account.points(), points);
  } catch (error) {
    throw new Error(`world with the seed ${seed}: ${error.message}`, { cause: error });
  } finally {
    account.close();
    await world.remove();
  }
}

/** Where a kill hit, as far as the files tell that it left behind. */
async function phaseOf(world, before, pid) {
  const left = (await leftovers(world.folder)).filter((path) => !before.has(path));
  const begun = (pattern) => left.some((path) => path.endsWith('.tmp') && pattern.test(path));
  if (begun(/^out\/tableau\/[^/]+$/)) return 'putting a table together';
  if (begun(/^out\//)) return 'writing partitions';
  if (begun(/^state\//)) return 'writing the state';
  return (await holderIn(world)) === pid ? 'between files' : 'before or after its work';
}

async function holderIn({ state, stateFolder }) {
  if (state) return state.holder();
  return JSON.parse(await readFile(join(stateFolder, 'state.json.lock'), 'utf8').catch(() => '{}')).pid;
}

/** How a run went, and how far a day had come when it ran: of a moment, and so different at another one. */
const OF_THE_MOMENT = /^deepgram\.export\.|\.today\./;

function mustBeSamePoints(wanted, found) {
  const ofRecords = (points) =>
    points.filter(({ metric }) => !OF_THE_MOMENT.test(metric)).map((point) => JSON.stringify(point));
  const [expected, actual] = [ofRecords(wanted), ofRecords(found)];
  must(expected.length > 0, 'the intake has no points');
  const at = expected.findIndex((point, index) => point !== actual[index]);
  const line = at < 0 && actual.length > expected.length ? expected.length : at;
  must(
    line < 0,
    `the intake has ${actual.length} points instead of ${expected.length}; the first that differs:\n` +
      `  wanted: ${expected[line]}\n  found:  ${actual[line]}`,
  );
}

function countIn(counts, what, times = 1) {
  counts.set(what, (counts.get(what) ?? 0) + times);
}

function formatCounts(counts) {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}
