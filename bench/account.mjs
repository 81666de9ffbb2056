import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { addDays, dayAt } from '../dist/src/time/day.js';
import { project } from './request-log.mjs';

/** The day that is exported: over long enough ago for every record to be settled, or lost. */
export const day = addDays(dayAt(Date.now()), -3);
export const apiKey = 'bench-key';

/**
 * Starts an account with so many requests on that day, in a process of its own.
 *
 * @param {number} requests
 * @param {number} projects all have the same usage and billing
 * @param {number} busy how many of them have the requests; the others have none
 */
export async function startAccount(requests, projects = 1, busy = 1) {
  const child = fork(fileURLToPath(new URL('account-process.mjs', import.meta.url)), [
    JSON.stringify({ day, requests, projects, busy, key: apiKey }),
  ]);
  const ended = once(child, 'exit');
  const failed = ended.then(([code]) => {
    throw new Error(`the account's process ended with ${code}`);
  });
  failed.catch(() => {}); // told to whoever waits for an answer
  const answer = async () => {
    const [message] = await Promise.race([once(child, 'message'), failed]);
    return message;
  };
  const ask = (question) => {
    child.send(question);
    return answer();
  };
  return {
    ...(await answer()),
    requests: requests * busy,
    projects,
    project,
    /**
     * From now on it answers after so many milliseconds (with `jitter` after half to one and a half times as many),
     * refuses what is above `maxInFlight` with 429, and has seen nothing yet.
     */
    begin: ({ latencyMs = 0, jitter = false, maxInFlight } = {}) =>
      ask({ begin: { latencyMs, jitter, maxInFlight } }),
    /** Calls, bytes and payloads since it began. */
    seen: () => ask({}),
    /** Resolves when the process is gone: its time must not count as that of a program. */
    async close() {
      child.disconnect();
      await ended;
    },
  };
}
