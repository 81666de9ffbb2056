import type { HttpAnswer } from '../http-client.js';
import type { HttpRetries } from '../http-options.js';

/** From here on a number of seconds is a time since the epoch and no delay. */
const EPOCH_SECONDS = 1_000_000_000;

/** A clock skew beyond this is no drift; whose clock is wrong cannot be known. */
const MAX_CLOCK_SKEW_MS = 86_400_000;

/**
 * The wait that a server asks for, in milliseconds: `Retry-After` in seconds or as an HTTP date, and on a 429
 * `X-RateLimit-Reset` in seconds, which Datadog sends instead. Undefined where it asks for none. A moment is
 * counted from the answer's own `Date`, since the two clocks may differ.
 *
 * @param now our own clock, for an answer without a `Date` or with one that is more than a day away
 * @see https://www.rfc-editor.org/rfc/rfc9110.html#name-retry-after
 */
export function retryAfterMs(answer: HttpAnswer, now: number): number | undefined {
  const asked = answer.headers['retry-after'] ?? resetOf(answer);
  if (asked === undefined) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(asked) ? Number(asked) : undefined;
  const until = seconds === undefined ? Date.parse(asked) : seconds * 1_000;
  const ms = seconds === undefined || seconds > EPOCH_SECONDS ? until - sentAt(answer, now) : until;
  return ms > 0 ? ms : undefined;
}

function sentAt(answer: HttpAnswer, now: number): number {
  const date = Date.parse(answer.headers.date ?? '');
  return Math.abs(date - now) <= MAX_CLOCK_SKEW_MS ? date : now;
}

function resetOf(answer: HttpAnswer): string | undefined {
  return answer.status === 429 ? answer.headers['x-ratelimit-reset'] : undefined;
}

/** Our own wait after the n-th failed try (from 1): exponential with full jitter. */
export function backoffMs(failed: number, retries: HttpRetries, random: () => number): number {
  const longest = Math.min(retries.maxDelayMs, retries.firstDelayMs * 2 ** (failed - 1));
  return Math.round(random() * longest);
}
