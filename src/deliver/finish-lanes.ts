import type { RunSoFar } from '../catalogue/sink.js';
import { graceAfterAbort } from '../time/limits.js';
import type { SinkLane } from './sink-lane.js';

/** How long the sinks have for their last things after an interrupt, in milliseconds. */
const FINISH_GRACE_MS = 8_000;

/** Sinks get their last word even after an interrupt, so that what was committed can be seen; but not for long. */
export async function finishLanes(
  lanes: readonly SinkLane[],
  run: RunSoFar,
  signal: AbortSignal,
): Promise<void> {
  // An interrupt may also come while they finish.
  const grace = graceAfterAbort(signal, FINISH_GRACE_MS);
  try {
    await Promise.all(lanes.map((lane) => lane.finish(run, grace.signal)));
  } finally {
    grace.cancel();
  }
}
