import pRetry from 'p-retry';
import type { Log } from '../../log/log.js';
import type { Clock } from '../../time/clock.js';
import { formatDuration } from '../../time/duration.js';
import { withTimeout } from '../../time/limits.js';
import type { HttpLimits, HttpRetries } from '../http-options.js';
import { backoffMs } from '../pacing/backoff.js';
import type { Permit, Permits } from '../pacing/permits.js';
import type { WaitMeter } from '../pacing/wait-meter.js';
import { FailedTry } from './failed-try.js';
import { timedOut } from './network-failure.js';

/** One request with all its tries. */
export interface RetriedRequest<T> {
  readonly what: string;
  readonly host: string;
  readonly slowAttempts?: number | undefined;
  /** The n-th try, from 1. A `FailedTry` that may pass is followed by another one. */
  run(attempt: number, signal: AbortSignal): Promise<T>;
}

export interface RetryTools {
  readonly log: Log;
  readonly clock: Clock;
  readonly limits: HttpLimits;
  readonly retries: HttpRetries;
  readonly random: () => number;
  readonly permits: Permits;
  readonly waitMeter: WaitMeter;
  /** True where nobody was told that tries at a host fail in this way. Asking is telling. */
  isNews(host: string, failure: FailedTry): boolean;
}

/** Runs a request until it succeeds, may not be tried again, or its tries or its time are used up. */
export async function withRetries<T>(
  request: RetriedRequest<T>,
  tools: RetryTools,
  signal: AbortSignal,
): Promise<T> {
  const { clock, limits, retries, permits } = tools;
  // Standing in the queue for the first time is not the server's doing, so the deadline starts after it.
  let permit: Permit | undefined = await permits.acquire('first', signal);
  const deadline = clock.now() + limits.deadlineMs;
  let last: FailedTry | undefined;
  let waitMs = 0;

  const tryOnce = async (attempt: number, ending: AbortSignal): Promise<T> => {
    permit ??= await permits.acquire('retry', ending);
    try {
      const result = await request.run(attempt, ending);
      permits.succeeded();
      return result;
    } catch (error) {
      if (error instanceof FailedTry && error.isRetryable) {
        last = error;
        waitMs = waitAfter(error, attempt, tools);
        // Before the permit is released, or the next in the queue would slip out.
        if (error.isOverload) permits.overloaded(permit, error, waitMs, request.host);
      }
      throw error;
    } finally {
      permit.release();
      permit = undefined;
    }
  };
  const late = () => {
    const before = last === undefined ? '' : `; before that it ${last.message}`;
    // With the status of the last try: a server that said 429 for so long was not slow.
    const { status } = last?.details ?? {};
    return timedOut(`was not done within ${formatDuration(limits.deadlineMs)}${before}`, last, status);
  };
  try {
    return await withTimeout(signal, limits.deadlineMs, late, (ending) =>
      pRetry((attempt) => tryOnce(attempt, ending), {
        retries: retries.attempts - 1,
        minTimeout: 0, // the waiting is done here, where `Retry-After` and the clock are known
        async shouldRetry({ error, attemptNumber }) {
          if (!(error instanceof FailedTry) || !error.isRetryable) return false;
          if (attemptNumber >= attemptsAfter(error, request, retries)) return false;
          refuseTooLong(error, waitMs, deadline - clock.now());
          logRetry(request, error, attemptNumber, waitMs, tools);
          if (!error.isOverload) await tools.waitMeter.sleep(waitMs, ending);
          return true;
        },
      }),
    );
  } finally {
    permit?.release();
  }
}

/** How many tries there are in all after such a failure. */
function attemptsAfter(
  failure: FailedTry,
  { slowAttempts }: Pick<RetriedRequest<unknown>, 'slowAttempts'>,
  { attempts }: HttpRetries,
): number {
  return failure.isSlow && slowAttempts !== undefined ? Math.min(attempts, slowAttempts) : attempts;
}

function waitAfter(failure: FailedTry, attempt: number, tools: RetryTools): number {
  const { retryAfterMs } = failure.details;
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, tools.limits.maxWaitMs);
  return backoffMs(attempt, tools.retries, tools.random);
}

function refuseTooLong(failure: FailedTry, waitMs: number, leftMs: number): void {
  const { retryAfterMs } = failure.details;
  if ((retryAfterMs ?? waitMs) < leftMs) return;
  const left = formatDuration(Math.max(0, leftMs));
  const why =
    retryAfterMs === undefined
      ? `only ${left} are left for another try`
      : `it asks to wait ${formatDuration(retryAfterMs)}, and only ${left} are left`;
  throw new FailedTry(failure.code, `${failure.message}; ${why}`, failure.details);
}

function logRetry<T>(
  request: RetriedRequest<T>,
  failure: FailedTry,
  attempt: number,
  waitMs: number,
  tools: RetryTools,
): void {
  const next = `try ${attempt + 1} of ${attemptsAfter(failure, request, tools.retries)}`;
  const fields = { what: request.what, host: request.host, attempt, wait_ms: waitMs, code: failure.code };
  // A pause of all requests has been logged once; this is one of them.
  if (failure.isOverload) tools.log.debug(`${next} after the pause: ${request.what}`, fields);
  else
    tools.log[tools.isNews(request.host, failure) ? 'info' : 'debug'](
      `${request.host} ${failure.message}; ${next} in ${formatDuration(waitMs)}: ${request.what}`,
      fields,
    );
}
