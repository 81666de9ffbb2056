import { addDays } from '../dist/src/time/day.js';
import { day, startAccount } from './account.mjs';
import { dailySync, GROUPED, sync } from './programs.mjs';
import { runProgram } from './run-program.mjs';
import { spreadOf } from './statistics.mjs';

const SIZES = {
  full: { requests: [10_000, 60_000], projects: [5, 25], days: [1, 31], rounds: 3 },
  quick: { requests: [5_000, 20_000], projects: [2, 6], days: [1, 31], rounds: 1 },
};

/**
 * Processor time that a call, a record and a partition take, measured on this machine: what a larger run of the real `sync`
 * takes more than a smaller one, so that no start is in it. It delivers to NDJSON and CSV files.
 */
export async function measureCosts(quick, tell) {
  const { requests, projects, days, rounds } = quick ? SIZES.quick : SIZES.full;
  const spent = { calls: [], records: [], partitions: [] };
  for (let round = 0; round < rounds; round += 1) {
    tell(`costs, round ${round + 1} of ${rounds}`);
    const [few, many] = await each(projects, (count) => daily(count, days[0]));
    const [, long] = [few, await daily(projects[1], days[1])];
    const [small, large] = await each(requests, requestsOfDay);
    const ofCalls = (many.cpuMs - few.cpuMs) / (many.calls - few.calls);
    const ofDays =
      (long.cpuMs - many.cpuMs - ofCalls * (long.calls - many.calls)) / (long.partitions - many.partitions);
    const aCall = ofCalls - (ofDays * (many.partitions - few.partitions)) / (many.calls - few.calls);
    spent.partitions.push(ofDays);
    spent.calls.push(aCall);
    spent.records.push(
      (large.cpuMs - small.cpuMs - aCall * (large.calls - small.calls)) / (large.records - small.records),
    );
  }
  const median = (values) => spreadOf(values).median;
  return {
    callMs: median(spent.calls),
    recordMs: median(spent.records),
    partitionMs: median(spent.partitions),
  };
}

async function each(sizes, run) {
  const runs = [];
  for (const size of sizes) runs.push(await run(size));
  return runs;
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
