import pRetry from 'p-retry';
import type { Log } from '../../report/log.js';
import type { Clock } from '../../time/clock.js';
import { formatDuration } from '../../time/duration.js';
import { withTimeout } from '../../time/limits.js';
import type { HttpLimits, HttpRetries } from '../http-options.js';
import type { Gate, Pass } from '../pacing/permits.js';
import { backoff } from '../pacing/wait.js';
import type { HeldBack } from '../pacing/wait-meter.js';
import { FailedTry } from './failed-try.js';
import { timedOut } from './network-failure.js';

/** One request with all its tries. */
export interface Task<T> {
  readonly what: string;
  readonly host: string;
  /** The n-th try, from 1. A `FailedTry` that may pass is followed by another one. */
  run(attempt: number, signal: AbortSignal): Promise<T>;
}

export interface RetryTools {
  readonly log: Log;
  readonly clock: Clock;
  readonly limits: HttpLimits;
  readonly retries: HttpRetries;
  readonly random: () => number;
  readonly gate: Gate;
  readonly heldBack: HeldBack;
}

/** Runs a task until it succeeds, may not be tried again, or its tries or its time are used up. */
export async function withRetries<T>(task: Task<T>, tools: RetryTools, signal: AbortSignal): Promise<T> {
  const { clock, limits, retries, gate } = tools;
  // Standing in the queue for the first time is not the server's doing, so the deadline starts after it.
  let pass: Pass | undefined = await gate.enter('new', signal);
  const deadline = clock.now() + limits.deadlineMs;
  let last: FailedTry | undefined;
  let waitMs = 0;

  const tryOnce = async (attempt: number, ending: AbortSignal): Promise<T> => {
    pass ??= await gate.enter('again', ending);
    try {
      const result = await task.run(attempt, ending);
      gate.succeeded();
      return result;
    } catch (error) {
      if (error instanceof FailedTry && error.passing) {
        last = error;
        waitMs = waitAfter(error, attempt, tools);
        // Before the place is given back, or the next in the queue would slip out.
        if (error.concernsAll) gate.hold(pass, error, waitMs, task.host);
      }
      throw error;
    } finally {
      pass.leave();
      pass = undefined;
    }
  };
  const late = () => {
    const before = last === undefined ? '' : `; before that it ${last.message}`;
    return timedOut(`was not done within ${formatDuration(limits.deadlineMs)}${before}`, last);
  };
  try {
    return await withTimeout(signal, limits.deadlineMs, late, (ending) =>
      pRetry((attempt) => tryOnce(attempt, ending), {
        retries: retries.attempts - 1,
        minTimeout: 0, // the waiting is done here, where a server's wish and the clock are known
        async shouldRetry({ error, attemptNumber }) {
          if (!(error instanceof FailedTry) || !error.passing) return false;
          refuseTooLong(error, waitMs, deadline - clock.now());
          logRetry(task, error, attemptNumber, waitMs, tools);
          if (!error.concernsAll) await tools.heldBack.sleep(waitMs, ending);
          return true;
        },
      }),
    );
  } finally {
    pass?.leave();
  }
}

function waitAfter(failure: FailedTry, attempt: number, tools: RetryTools): number {
  const { askedMs } = failure.details;
  if (askedMs !== undefined) return Math.min(askedMs, tools.limits.maxWaitMs);
  return backoff(attempt, tools.retries, tools.random);
}

function refuseTooLong(failure: FailedTry, waitMs: number, leftMs: number): void {
  const { askedMs } = failure.details;
  if ((askedMs ?? waitMs) < leftMs) return;
  const left = formatDuration(Math.max(0, leftMs));
  const why =
    askedMs === undefined
      ? `only ${left} are left for another try`
      : `it asks to wait ${formatDuration(askedMs)}, and only ${left} are left`;
  throw new FailedTry(failure.code, `${failure.message}; ${why}`, failure.details);
}

function logRetry<T>(
  task: Task<T>,
  failure: FailedTry,
  attempt: number,
  waitMs: number,
  tools: RetryTools,
): void {
  const next = `try ${attempt + 1} of ${tools.retries.attempts}`;
  const fields = { what: task.what, host: task.host, attempt, wait_ms: waitMs, code: failure.code };
  // The gate has announced a wait of everybody once; this is one of those who wait.
  if (failure.concernsAll) tools.log.debug(`${next} after the pause: ${task.what}`, fields);
  else
    tools.log.info(
      `${task.host} ${failure.message}; ${next} in ${formatDuration(waitMs)}: ${task.what}`,
      fields,
    );
}
