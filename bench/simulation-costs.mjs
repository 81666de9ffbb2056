import { addDays } from '../dist/src/time/day.js';
import { day, startAccount } from './account.mjs';
import { dailySync, GROUPED, sync } from './programs.mjs';
import { runProgram } from './run-program.mjs';

const SIZES = {
  full: { requests: [10_000, 60_000], projects: [5, 25], days: [1, 31], rounds: 2 },
  quick: { requests: [5_000, 20_000], projects: [2, 6], days: [1, 31], rounds: 1 },
};

/**
 * Processor time that a call, a record and a partition take, measured on this machine: what a larger run of the real `sync`
 * takes more than a smaller one, so that no start is in it. It delivers to NDJSON and CSV files.
 */
export async function measureCosts(quick, tell) {
  const { requests, projects, days, rounds } = quick ? SIZES.quick : SIZES.full;
  const runs = [
    () => daily(projects[0], days[0]),
    () => daily(projects[1], days[0]),
    () => daily(projects[1], days[1]),
    () => requestsOfDay(requests[0]),
    () => requestsOfDay(requests[1]),
  ];
  const [few, many, long, small, large] = await leastOf(rounds, runs, tell);
  const more = (one, other, what) => one[what] - other[what];
  // Of as many calls with more days, and of as many days with more calls: two equations.
  const [callsA, partitionsA, cpuA] = ['calls', 'partitions', 'cpuMs'].map((what) => more(many, few, what));
  const [callsB, partitionsB, cpuB] = ['calls', 'partitions', 'cpuMs'].map((what) => more(long, many, what));
  const determinant = callsA * partitionsB - callsB * partitionsA;
  const callMs = (cpuA * partitionsB - cpuB * partitionsA) / determinant;
  const partitionMs = (callsA * cpuB - callsB * cpuA) / determinant;
  const ofRequests = more(large, small, 'cpuMs') - callMs * more(large, small, 'calls');
  return { callMs, partitionMs, recordMs: ofRequests / more(large, small, 'records') };
}

/** Of each the run that took least: what else the machine does makes a run longer, never shorter. */
async function leastOf(rounds, runs, tell) {
  const least = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, run] of runs.entries()) {
      tell(`costs, round ${round + 1} of ${rounds}: ${at + 1} of ${runs.length}`);
      const taken = await run();
      if (least[at] === undefined || taken.cpuMs < least[at].cpuMs) least[at] = taken;
    }
  }
  return least;
}

async function daily(projects, days) {
  const account = await startAccount(1, projects);
  try {
    const { cpuSeconds, seen, partitions } = await runProgram(
      dailySync(addDays(day, 1 - days), GROUPED),
      account,
    );
    return { cpuMs: cpuSeconds * 1_000, calls: seen.calls, partitions };
  } finally {
    await account.close();
  }
}

async function requestsOfDay(requests) {
  const account = await startAccount(requests);
  try {
    const { cpuSeconds, seen } = await runProgram(sync(['ndjson', 'tableau']), account);
    return { cpuMs: cpuSeconds * 1_000, calls: seen.calls, records: requests };
  } finally {
    await account.close();
  }
}
