import { startAccount } from './account.mjs';
import * as column from './columns.mjs';
import { outputComparison } from './outputs.mjs';
import { sync } from './programs.mjs';
import { runProgram } from './run-program.mjs';
import { spreadBy } from './statistics.mjs';
import { atMost } from './targets.mjs';

const SIZES = {
  full: {
    requests: 200_000,
    latencies: [50, 200, 1_000],
    limits: [4, 8, 16],
    unknown: [4, 8, 16],
    rounds: 3,
  },
  quick: { requests: 10_000, latencies: [200], limits: [8], unknown: [2], rounds: 1 },
};
const SINKS = ['ndjson', 'tableau', 'datadog'];
/** What is judged: the default of `max_concurrency`, and answers of an ordinary slowness. */
const JUDGED = { latencyMs: 200, limit: 8 };
/** Far above every limit of the server's: the program has to find them. */
const MOST = 32;

/** An account that takes its time, and one that says 429 to more calls at once than it can take. */
export async function waiting({ quick, tell }) {
  const sizes = quick ? SIZES.quick : SIZES.full;
  const account = await startAccount(sizes.requests);
  const patient = await slowAnswers(account, sizes, tell);
  const adapted = await unknownLimits(account, sizes, tell);
  await account.close();
  const judged = patient.find(({ latencyMs, limit, jitter }) => isJudged({ latencyMs, limit }) && !jitter);
  return {
    versions: [],
    targets: [
      atMost(1.15, '×', `${judged.name}, of the ideal time`, spreadBy(judged.runs, timesIdeal(judged))),
      ...adapted.map((line) =>
        atMost(1.15, '×', `${line.name}, of the ideal time`, spreadBy(line.runs, timesIdeal(line))),
      ),
    ],
    tables: [
      column.table('Slow answers', [column.named('an answer, calls at once'), ...COLUMNS], patient),
      column.table('429 above a limit that the program does not know', ADAPTED, adapted),
    ],
  };
}

async function slowAnswers(account, { requests, latencies, limits, rounds }, tell) {
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
      runProgram(sync(SINKS, limit), account, { begin: { latencyMs, jitter } }),
    );
    const most = Math.max(...runs.map(({ seen }) => seen.peakInFlight));
    if (most > limit) throw new Error(`${most} calls were in flight at once, and ${limit} are allowed`);
    lines.push({ name, requests, latencyMs, limit, jitter, runs });
  }
  return lines;
}

async function unknownLimits(account, { requests, unknown, rounds }, tell) {
  const compare = outputComparison(account);
  const program = sync(SINKS, MOST);
  const lines = [];
  for (const limit of unknown) {
    const { latencyMs } = JUDGED;
    const name = `${limit} at once`;
    const begin = { latencyMs, maxInFlight: limit };
    const look = (folder) => compare(program, folder);
    const runs = await repeated(rounds, `429 above ${name}`, tell, () =>
      runProgram(program, account, { begin, look }),
    );
    lines.push({ name: `429 above ${name}`, requests, latencyMs, limit, runs });
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
