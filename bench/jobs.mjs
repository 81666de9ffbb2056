import { day, startAccount } from './account.mjs';
import * as column from './columns.mjs';
import { CONCURRENCY, dailySync, GROUPED, sync } from './programs.mjs';
import { runProgram } from './run-program.mjs';

const SIZES = {
  full: { requests: 50_000, busy: 8, projects: 200, rounds: 3 },
  quick: { requests: 1_000, busy: 4, projects: 10, rounds: 1 },
};
/** The last of them has more processes than the machine has cores, and answers that take their time. */
const RUNS = [
  { jobs: 1, latencyMs: 0 },
  { jobs: 2, latencyMs: 0 },
  { jobs: 1, latencyMs: 200 },
  { jobs: 2, latencyMs: 200 },
  { jobs: 8, latencyMs: 200 },
];

/** `sync` with several processes on this machine, by turns, against one with as many calls at once. */
export async function jobs({ quick, tell }) {
  const { requests, busy, projects, rounds } = quick ? SIZES.quick : SIZES.full;
  const loads = [
    {
      name: `${column.whole(requests)} requests a day of ${busy} projects`,
      start: () => startAccount(requests, busy, busy),
      program: (options) => sync(['ndjson', 'tableau'], CONCURRENCY, options),
    },
    {
      name: `a day's usage and billing of ${projects} projects`,
      start: () => startAccount(1, projects),
      program: (options) => dailySync(day, GROUPED, CONCURRENCY, options),
    },
  ];
  const tables = [];
  for (const load of loads) {
    const account = await load.start();
    const lines = RUNS.map((run) => ({ ...run, name: `${run.jobs}, ${run.latencyMs} ms`, runs: [] }));
    for (let round = 0; round < rounds; round += 1) {
      for (const { name, jobs: processes, latencyMs, runs } of lines) {
        tell(`${load.name}: ${name}, round ${round + 1} of ${rounds}`);
        const options = processes === 1 ? [] : ['--jobs', String(processes)];
        runs.push(await runProgram(load.program(options), account, { begin: { latencyMs } }));
      }
    }
    await account.close();
    const alone = (latencyMs) =>
      lines.find((line) => line.jobs === 1 && line.latencyMs === latencyMs)?.runs ?? [];
    const ofOne = {
      head: 'of one process',
      of: (line) => column.timesOf('', alone(line.latencyMs)).of(line),
    };
    const columns = [
      column.named('processes, an answer'),
      column.calls,
      column.wall,
      ofOne,
      column.cpu,
      column.memory,
    ];
    tables.push(column.table(`Several processes: ${load.name}`, columns, lines));
  }
  return { versions: [], targets: [], tables };
}
