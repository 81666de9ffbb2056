import { abortError } from '../errors/export-error.js';
import { FailedTry } from '../http/retry/failed-try.js';

/**
 * Runs work that ends when its signal is aborted, which happens with the outer signal or after `ms`.
 * Rejects with the outer signal's reason or with `late()`, whatever the work made of it.
 */
export async function withinTime<T>(
  outer: AbortSignal,
  ms: number,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const onOuterAbort = () => inner.abort(reasonOf(outer));
  if (outer.aborted) throw reasonOf(outer);
  outer.addEventListener('abort', onOuterAbort, { once: true });
  const timer = setTimeout(() => inner.abort(late()), ms);
  try {
    return await work(inner.signal);
  } catch (error) {
    throw inner.signal.aborted ? inner.signal.reason : error;
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', onOuterAbort);
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof FailedTry ? signal.reason : abortError(signal);
}
