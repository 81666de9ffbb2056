import { day, startAccount } from './account.mjs';
import * as column from './columns.mjs';
import { byteComparison, outputComparison } from './outputs.mjs';
import { dailySync, sync, UNGROUPED } from './programs.mjs';
import { runProgram } from './run-program.mjs';
import { spreadBy } from './statistics.mjs';
import { atMost } from './targets.mjs';

const SIZES = {
  full: {
    requests: 200_000,
    projects: 200,
    latencies: [50, 200, 1_000],
    limits: [4, 8, 16],
    unknown: [4, 8, 16],
    rounds: 3,
  },
  quick: {
    requests: 10_000,
    projects: 20,
    latencies: [200],
    limits: [8],
    unknown: [2],
    rounds: 1,
  },
};
/** What is judged: the default of `max_concurrency`, and answers of an ordinary slowness. */
const JUDGED = { latencyMs: 200, limit: 8 };
/** Far above every limit of the server's: the program has to find them. */
const MOST = 32;

/** An account that takes its time, and one that says 429 to more calls at once than it can take. */
export async function waiting({ quick, tell }) {
  const sizes = quick ? SIZES.quick : SIZES.full;
  const targets = [];
  const tables = [];
  for (const load of [busyDay(sizes), smallAnswers(sizes)]) {
    const account = await load.start();
    const say = (text) => tell(`${load.name}, ${text}`);
    const compare = load.comparison(account);
    const look = (folder) => compare(load.program(MOST), folder);
    // What nothing is refused to; and the account has everything ready then that it will be asked for.
    await runProgram(load.program(MOST), account, { look });
    const patient = await slowAnswers(load.program, account, sizes, say);
    const adapted = await unknownLimits(load.program(MOST), account, sizes, look, say);
    await account.close();
    const judged = patient.filter((line) => isJudged(line) && !line.jitter);
    targets.push(
      ...[...judged, ...adapted].map((line) =>
        atMost(
          1.15,
          '×',
          `${load.name}, ${line.name}, of the ideal time`,
          spreadBy(line.runs, timesIdeal(line)),
        ),
      ),
    );
    tables.push(
      column.table(
        `Slow answers: ${load.name}`,
        [column.named('an answer, calls at once'), ...COLUMNS],
        patient,
      ),
      column.table(`429 above a limit that the program does not know: ${load.name}`, ADAPTED, adapted),
    );
  }
  return { versions: [], targets, tables };
}

/** Pages of a thousand requests to all sinks: much to do with each answer. */
function busyDay({ requests }) {
  return {
    name: `a day of ${column.whole(requests)} requests`,
    start: () => startAccount(requests),
    program: (concurrency) => sync(['ndjson', 'tableau', 'datadog'], concurrency),
    comparison: outputComparison,
  };
}

/** Usage and billing of one day, without groupings, to files: little to do with each answer. */
function smallAnswers({ projects }) {
  return {
    name: `a day's usage and billing of ${projects} projects`,
    start: () => startAccount(1, projects),
    program: (concurrency) => dailySync(day, UNGROUPED, concurrency),
    comparison: byteComparison,
  };
}

async function slowAnswers(program, account, { latencies, limits, rounds }, tell) {
  const cells = latencies.flatMap((latencyMs) =>
    limits.flatMap((limit) => [false, true].map((jitter) => ({ latencyMs, limit, jitter }))),
  );
  // What the work takes by itself: no waiting can make a run shorter than that.
  cells.unshift({ latencyMs: 0, limit: JUDGED.limit, jitter: false });
  const lines = [];
  for (const { latencyMs, limit, jitter } of cells) {
    const name = `${jitter ? `${latencyMs / 2} to ${latencyMs * 1.5}` : latencyMs} ms, ${limit} at once`;
    const times = isJudged({ latencyMs, limit }) ? rounds : 1;
    const runs = await repeated(times, name, tell, () =>
      runProgram(program(limit), account, { begin: { latencyMs, jitter } }),
    );
    const most = Math.max(...runs.map(({ seen }) => seen.peakInFlight));
    if (most > limit) throw new Error(`${most} calls were in flight at once, and ${limit} are allowed`);
    lines.push({ name, latencyMs, limit, jitter, runs });
  }
  return lines;
}

/** What was written is compared with that of a run to which nothing was refused: nothing may be lost. */
async function unknownLimits(program, account, { unknown, rounds }, look, tell) {
  const { latencyMs } = JUDGED;
  const lines = [];
  for (const limit of unknown) {
    const name = `429 above ${limit} at once`;
    const begin = { latencyMs, maxInFlight: limit };
    const runs = await repeated(rounds, name, tell, () => runProgram(program, account, { begin, look }));
    lines.push({ name, latencyMs, limit, runs });
  }
  return lines;
}

async function repeated(times, name, tell, run) {
  const runs = [];
  for (let round = 0; round < times; round += 1) {
    tell(`${name}, round ${round + 1} of ${times}`);
    runs.push(await run());
  }
  return runs;
}

function isJudged({ latencyMs, limit }) {
  return latencyMs === JUDGED.latencyMs && limit === JUDGED.limit;
}

/** Seconds that the answered calls would take, were the limit used at every moment. */
function idealSeconds({ latencyMs, limit }, { seen }) {
  return ((seen.calls - seen.refused) * latencyMs) / 1e3 / limit;
}

function timesIdeal(line) {
  return (run) => run.seconds / idealSeconds(line, run);
}

const COLUMNS = [
  column.calls,
  { head: 'ideal s', of: (line) => column.spreadText(spreadBy(line.runs, (run) => idealSeconds(line, run))) },
  column.wall,
  { head: 'of the ideal', of: idealText },
  { head: 'in flight', of: ({ runs }) => column.short(spreadBy(runs, ({ seen }) => seen.inFlight).median) },
];
const ADAPTED = [
  column.named('limit'),
  ...COLUMNS,
  { head: '429s', of: ({ runs }) => column.whole(spreadBy(runs, ({ seen }) => seen.refused).median) },
];

function idealText(line) {
  return line.latencyMs === 0 ? '–' : `${column.spreadText(spreadBy(line.runs, timesIdeal(line)))}×`;
}
