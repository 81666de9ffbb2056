import { startAccount } from './account.mjs';
import * as column from './columns.mjs';
import { outputComparison } from './outputs.mjs';
import { bareNode, floor, help, sync, validate, validateMany } from './programs.mjs';
import { rivalsHere } from './rivals.mjs';
import { runProgram } from './run-program.mjs';
import { spreadBy, spreadOfPairs } from './statistics.mjs';
import { atLeast, atMost } from './targets.mjs';

const SIZES = {
  full: { requests: 200_000, rounds: 3, large: 1_000_000, roundsOfLarge: 2, starts: 21 },
  quick: { requests: 5_000, rounds: 1, large: 20_000, roundsOfLarge: 1, starts: 3 },
};

const floors = { parse: floor('parse'), rows: floor('rows') };
const ours = {
  lines: sync(['ndjson']),
  files: sync(['ndjson', 'tableau']),
  all: sync(['ndjson', 'tableau', 'datadog']),
};
/** How many times as long as ours a rival is to take. */
const RIVAL_TARGETS = { Python: 3, jq: 10, SDK: 2, DuckDB: 1 };

/** One busy day, read and written by `sync`, by the floors and by the rivals; a larger one; and the start. */
export async function comparison({ quick, tell }) {
  const sizes = quick ? SIZES.quick : SIZES.full;
  const rivals = rivalsHere(tell);
  const runs = await busyDay([...Object.values(floors), ...Object.values(ours), ...rivals], sizes, tell);
  const large = await largeDay(sizes, tell);
  const starts = await startUps(sizes, tell);
  return {
    versions: rivals.flatMap(({ versions }) => versions),
    targets: [
      ...targetsOfFloor(runs),
      ...targetsOfRivals(runs, rivals),
      atMost(200, 'MB', `memory of ${sizes.large} requests`, spreadBy(large, column.peakMegabytes)),
      ...targetsOfStart(starts),
    ],
    tables: [
      busyTable(runs, sizes),
      column.table(
        'A larger day, to all sinks',
        [column.named('requests'), ...COST],
        [{ name: column.whole(sizes.large), requests: sizes.large, runs: large }],
      ),
      column.table('Starting', [column.named('program'), column.wall], linesOf(starts)),
    ],
  };
}

const COST = [column.wall, column.cpu, column.memory, column.requestsASecond, column.megabytesASecond];

/**
 * Each round runs all programs one after the other, so that what else the machine does meets them alike. In the
 * first one what they write is compared.
 *
 * @returns {Promise<Map<object, object[]>>} the runs of each program
 */
async function busyDay(programs, { requests, rounds }, tell) {
  const account = await startAccount(requests);
  const compare = outputComparison(account);
  const runs = new Map(programs.map((program) => [program, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const program of programs) {
      tell(`${requests} requests, round ${round + 1} of ${rounds}: ${program.name}`);
      const look = round === 0 && program.outputs ? (folder) => compare(program, folder) : undefined;
      runs.get(program).push(await runProgram(program, account, { look }));
    }
  }
  await account.close();
  return runs;
}

async function largeDay({ large, roundsOfLarge }, tell) {
  const account = await startAccount(large);
  const runs = [];
  for (let round = 0; round < roundsOfLarge; round += 1) {
    tell(`${large} requests, round ${round + 1} of ${roundsOfLarge}`);
    runs.push(await runProgram(ours.all, account));
  }
  await account.close();
  return runs;
}

async function startUps({ starts }, tell) {
  tell('starting');
  const runs = new Map([bareNode, help, validate, validateMany].map((program) => [program, []]));
  for (let round = 0; round < starts; round += 1) {
    for (const [program, some] of runs) some.push(await runProgram(program));
  }
  return runs;
}

function busyTable(runs, { requests }) {
  const columns = [
    column.named('program'),
    ...COST,
    column.timesOf('of the floor', runs.get(floors.parse)),
    column.timesOf('of sync to files', runs.get(ours.files)),
  ];
  return column.table(`A day of ${column.whole(requests)} requests`, columns, linesOf(runs, requests));
}

function linesOf(runs, requests) {
  return [...runs].map(([{ name }, some]) => ({ name, requests, runs: some }));
}

function targetsOfFloor(runs) {
  const over = (program) => times(runs.get(program), runs.get(floors.parse));
  return [
    atMost(1.5, '×', 'ndjson alone, of the time of fetching and parsing', over(ours.lines)),
    atMost(2, '×', 'all three sinks, of the time of fetching and parsing', over(ours.all)),
    atMost(2.5, '×', 'the same, an older target', over(ours.all)),
  ];
}

function targetsOfRivals(runs, rivals) {
  return rivals.flatMap((rival) => {
    const limit = RIVAL_TARGETS[rival.name];
    if (limit === undefined) return [];
    return [
      atLeast(
        limit,
        '×',
        `${rival.name}, of the time of sync to files`,
        times(runs.get(rival), runs.get(ours.files)),
      ),
    ];
  });
}

function targetsOfStart(starts) {
  const overBare = (program) =>
    spreadOfPairs(
      starts.get(program),
      starts.get(bareNode),
      (run, bare) => (run.seconds - bare.seconds) * 1e3,
    );
  return [
    atMost(80, 'ms', '--help over bare Node', overBare(help)),
    atMost(150, 'ms', 'validate over bare Node', overBare(validate)),
    atMost(1_000, 'ms', 'validate with 1,000 sinks over bare Node', overBare(validateMany)),
  ];
}

function times(runs, others) {
  return spreadOfPairs(runs, others, (run, other) => run.seconds / other.seconds);
}
