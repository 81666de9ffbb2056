import { startAccount } from './account.mjs';
import { bareNode, CONCURRENCY, fetchOnly, help, sync } from './programs.mjs';

/**
 * A busy day from start to end, and a day five times as busy. Each round runs all programs one after the other,
 * so that what else the machine does meets them alike.
 */
export async function busyDay({ requests, rounds, roundsOfLarge, tell }) {
  const account = await startAccount(requests);
  const large = await startAccount(requests * 5);
  const runs = { fetch: [], sync: [], large: [] };
  for (let round = 0; round < rounds; round += 1) {
    tell(`a day of ${requests} requests, round ${round + 1} of ${rounds}`);
    const run = await sync(account);
    runs.sync.push(run);
    runs.fetch.push(await fetchOnly(account, run.seen.calls));
    if (round < roundsOfLarge) runs.large.push(await sync(large));
  }
  account.close();
  large.close();
  return { ...runs, requests, bytesPerRecord: account.bytesPerRecord };
}

/** The same day from an account that takes its time, one call at a time and several. */
export async function slowAccount({ requests, rounds, latencyMs, tell }) {
  const account = await startAccount(requests);
  const runs = { one: [], several: [] };
  for (let round = 0; round < rounds; round += 1) {
    tell(`${latencyMs} ms an answer, round ${round + 1} of ${rounds}`);
    runs.several.push(await sync(account, { latencyMs }));
    runs.one.push(await sync(account, { latencyMs, concurrency: 1 }));
  }
  account.close();
  for (const { seen } of runs.several) {
    if (seen.peakInFlight > CONCURRENCY) throw new Error(`${seen.peakInFlight} calls were in flight at once`);
  }
  return { ...runs, requests, latencyMs };
}

/** `--help`, and Node that does nothing. */
export async function startUp({ rounds, tell }) {
  tell('--help');
  const runs = { bare: [], help: [] };
  for (let round = 0; round < rounds; round += 1) {
    runs.bare.push(await bareNode());
    runs.help.push(await help());
  }
  return runs;
}
