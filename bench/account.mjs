import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { addDays, dayAt } from '../dist/src/time/day.js';

/** The day that is exported: over long enough ago for every record to be settled. */
export const day = addDays(dayAt(Date.now()), -2);
export const apiKey = 'bench-key';

/**
 * Starts an account with so many requests on that day, in a process of its own.
 *
 * @param {number} count
 */
export async function startAccount(count) {
  const child = fork(fileURLToPath(new URL('account-process.mjs', import.meta.url)), [day, count, apiKey]);
  const failed = once(child, 'exit').then(([code]) => {
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
  const { url, bytesPerRecord } = await answer();
  return {
    url,
    count,
    bytesPerRecord,
    /** From now on it answers after so many milliseconds, and has seen nothing yet. */
    begin: (latencyMs = 0) => ask({ latencyMs }),
    /** Calls, bytes and payloads since it began. */
    seen: async () => (await ask({})).seen,
    close: () => child.disconnect(),
  };
}
