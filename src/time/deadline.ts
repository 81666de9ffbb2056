import { abortError, ExportError } from '../errors/export-error.js';
import { formatDuration } from './duration.js';

/** After an interrupt, what is under way may still finish by itself for this long, in milliseconds. */
const GRACE_MS = 2_000;

/**
 * Runs one operation of a sink under a time limit. At the limit the returned promise rejects even if the
 * operation never answers; when `signal` is aborted, it does so after a short grace, since an operation that
 * ends by itself leaves no half-done work behind. The operation is told of both through the signal it is given.
 */
export async function withDeadline<T>(
  what: string,
  limitMs: number,
  signal: AbortSignal,
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw abortError(signal);
  const end = new AbortController();
  let giveUp = (_reason: ExportError) => {};
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const limit = setTimeout(() => {
    const late = tooLate(what, limitMs);
    end.abort(late);
    giveUp(late);
  }, limitMs);
  let grace: NodeJS.Timeout | undefined;
  const interrupted = () => {
    end.abort(signal.reason);
    grace = setTimeout(() => giveUp(abortError(signal)), GRACE_MS);
  };
  signal.addEventListener('abort', interrupted, { once: true });
  try {
    return await Promise.race([operation(end.signal), givenUp]);
  } finally {
    clearTimeout(limit);
    clearTimeout(grace);
    signal.removeEventListener('abort', interrupted);
  }
}

function tooLate(what: string, limitMs: number): ExportError {
  return new ExportError('SINK_DEADLINE', `${what} did not finish within ${formatDuration(limitMs)}.`, {
    kind: 'transient',
    hint: 'See what holds the receiver up, or give the sink a longer `deadline`.',
  });
}
