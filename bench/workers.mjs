import { day, startAccount } from './account.mjs';
import * as column from './columns.mjs';
import { query } from './postgres.mjs';
import { CONCURRENCY, DATABASE, dailySync, GROUPED, workersOf } from './programs.mjs';
import { runProgram } from './run-program.mjs';
import { spreadBy, spreadOfPairs } from './statistics.mjs';
import { atLeast, atMost } from './targets.mjs';

const SIZES = { full: { projects: 200, rounds: 3 }, quick: { projects: 10, rounds: 1 } };
const LATENCY_MS = 200;
/** What the account takes at once, of workers that may have far more in flight. */
const LIMIT = 8;

/**
 * A day's usage and billing of many projects by workers behind PostgreSQL, against one `sync` with the same state; and by
 * four of them where the account says 429 above a number of calls that nobody knows.
 */
export async function workers({ quick, tell }) {
  if (DATABASE.url === '')
    throw new Error(`DATABASE_URL names a database whose schemas ${DATABASE.schema}* may be dropped`);
  const { projects, rounds } = quick ? SIZES.quick : SIZES.full;
  const account = await startAccount(1, projects);
  const alone = dailySync(day, GROUPED, CONCURRENCY, [], STATE);
  const lines = [
    { name: 'sync, 0 ms', latencyMs: 0, program: alone },
    { name: '2 workers, 0 ms', latencyMs: 0, program: workersOf(alone, 2) },
    { name: `sync, ${LATENCY_MS} ms`, latencyMs: LATENCY_MS, program: alone },
    { name: `2 workers, ${LATENCY_MS} ms`, latencyMs: LATENCY_MS, program: workersOf(alone, 2) },
    {
      name: `4 workers, 429 above ${LIMIT}`,
      latencyMs: LATENCY_MS,
      maxInFlight: LIMIT,
      program: workersOf(alone, 4),
    },
  ].map((line) => ({ ...line, runs: [] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, latencyMs, maxInFlight, program, runs } of lines) {
      tell(`${name}, round ${round + 1} of ${rounds}`);
      for (const schema of SCHEMAS) await query(`drop schema if exists ${schema} cascade`);
      runs.push(await runProgram(program, account, { begin: { latencyMs, maxInFlight } }));
    }
  }
  for (const schema of SCHEMAS) await query(`drop schema if exists ${schema} cascade`);
  await account.close();
  const [, , one, two, limited] = lines;
  const ideal = ({ seen }) => ((seen.calls - seen.refused) * LATENCY_MS) / 1e3 / LIMIT;
  const columns = [
    column.named('program'),
    column.calls,
    column.wall,
    { head: 'queueing s', of: ({ runs }) => secondsOf(runs, 'queued') },
    { head: 'workers s', of: ({ runs }) => secondsOf(runs, 'worked') },
    column.cpu,
    column.memory,
    { head: '429s', of: ({ runs }) => column.whole(spreadBy(runs, ({ seen }) => seen.refused).median) },
  ];
  return {
    versions: [],
    targets: [
      atLeast(
        1.9,
        '×',
        `two workers, of the speed of one sync, answers of ${LATENCY_MS} ms`,
        spreadOfPairs(one.runs, two.runs, (sync, both) => sync.seconds / both.worked),
      ),
      atMost(
        1.25,
        '×',
        `four workers, 429 above ${LIMIT}, of the ideal time`,
        spreadBy(limited.runs, (run) => run.seconds / ideal(run)),
      ),
    ],
    tables: [column.table(`Workers: a day's usage and billing of ${projects} projects`, columns, lines)],
  };
}

const STATE_SCHEMA = `${DATABASE.schema}_state`;
const SCHEMAS = [STATE_SCHEMA, `${STATE_SCHEMA}_queue`];
const STATE = `state: { type: postgres, url: "${DATABASE.url}", schema: ${STATE_SCHEMA} }`;

function secondsOf(runs, name) {
  return runs.some((run) => run[name] === undefined)
    ? '–'
    : column.spreadText(spreadBy(runs, (run) => run[name]));
}
