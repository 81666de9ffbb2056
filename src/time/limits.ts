import { setMaxListeners } from 'node:events';
import { abortError, ExportError } from '../errors/export-error.js';
import { formatDuration } from './duration.js';

/** After an interrupt, what is under way may still finish by itself for this long, in milliseconds. */
const GRACE_MS = 2_000;

/**
 * Runs work that ends when its signal is aborted, which happens with `signal` or after `ms`. Rejects with the reason
 * of that, `late()` after `ms`, whatever the work made of it.
 */
export async function withTimeout<T>(
  signal: AbortSignal,
  ms: number,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw abortError(signal);
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(late()), ms);
  const stopListening = onAbort(signal, () => end.abort(abortError(signal)));
  try {
    return await work(end.signal);
  } catch (error) {
    throw end.signal.aborted ? end.signal.reason : error;
  } finally {
    clearTimeout(timer);
    stopListening();
  }
}

/**
 * Runs one operation of a sink under its deadline. Other than {@link withTimeout} it does not wait for work that
 * never ends: at the deadline it rejects at once, and after an abort of `signal` when a short grace is over, since an
 * operation that ends by itself leaves no half-done work behind. The operation is told of both through its signal.
 */
export async function withDeadline<T>(
  what: string,
  ms: number,
  signal: AbortSignal,
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw abortError(signal);
  const end = new AbortController();
  const stopListening = onAbort(signal, () => end.abort(signal.reason));
  const grace = graceAfterAbort(signal, GRACE_MS);
  const late = () => {
    const error = tooLate(what, ms);
    end.abort(error);
    return error;
  };
  try {
    return await withTimeout(grace.signal, ms, late, (givenUp) =>
      unlessAborted(operation(end.signal), givenUp),
    );
  } finally {
    grace.cancel();
    stopListening();
  }
}

function tooLate(what: string, ms: number): ExportError {
  return new ExportError('SINK_DEADLINE', `${what} did not finish within ${formatDuration(ms)}.`, {
    kind: 'transient',
    hint: 'See what holds the receiver up, or give the sink a longer `deadline`.',
  });
}

/** A signal that is aborted `ms` after another one; `cancel` stops listening to that one. */
export function graceAfterAbort(
  signal: AbortSignal,
  ms: number,
): { readonly signal: AbortSignal; readonly cancel: () => void } {
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stopListening = onAbort(signal, () => {
    timer = setTimeout(() => end.abort(abortError(signal)), ms);
  });
  return {
    signal: end.signal,
    cancel: () => {
      clearTimeout(timer);
      stopListening();
    },
  };
}

/** Settles as the promise does, or rejects as soon as the signal is aborted. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(abortError(signal)));
    promise.then(resolve, reject).finally(stopListening);
  });
}

/**
 * Runs `react` at the abort, or now where that has been; answers with what stops listening. `AbortSignal.any` would
 * leave something behind in a long-lived signal with every call. One signal for all that a run does is the rule here; Node
 * would take its listeners for a leak.
 */
function onAbort(signal: AbortSignal, react: () => void): () => void {
  setMaxListeners(0, signal);
  if (signal.aborted) react();
  else signal.addEventListener('abort', react, { once: true });
  return () => signal.removeEventListener('abort', react);
}
