/** Successes after which there is one permit more. Four times as many each time that it was refused. */
const STEP = 20;

/** What is known of how many requests a server takes at once. Plain data: those who share it keep it somewhere. */
export interface Limit {
  readonly permits: number;
  readonly successes: number;
  readonly step: number;
  readonly isTryingMore: boolean;
  /** The latest burst of refusals: how many were sent together, with how many permits, and how many of them were refused. */
  readonly burst: { readonly permits: number; readonly sent: number; readonly refused: number };
}

export function limitOf(permits: number): Limit {
  const burst = { permits, sent: 0, refused: 0 };
  return { permits, successes: 0, step: STEP, isTryingMore: false, burst };
}

/** The server refused one as too many, and with that begins a burst of refusals. @param sent those in flight with it */
export function burstBegun(limit: Limit, sent: number): Limit {
  return {
    permits: limit.permits,
    successes: 0,
    step: limit.isTryingMore ? 4 * limit.step : STEP,
    isTryingMore: false,
    burst: { permits: limit.permits, sent, refused: 0 },
  };
}

/**
 * So many of the burst were refused. There are as many permits from now on as the server took of it. Half as many where it
 * took none: then it is not how many.
 */
export function refused(limit: Limit, count = 1): Limit {
  const burst = { ...limit.burst, refused: limit.burst.refused + count };
  const taken = burst.sent - burst.refused;
  const permits = taken > 0 ? Math.min(burst.permits, taken) : Math.max(1, Math.floor(burst.permits / 2));
  return { ...limit, burst, permits };
}

/** After twenty successes there is one permit more, up to the most allowed. */
export function succeeded(limit: Limit, most: number, count = 1): Limit {
  const successes = limit.successes + count;
  if (limit.permits >= most || successes < limit.step) return { ...limit, successes };
  return {
    ...limit,
    permits: limit.permits + 1,
    successes: 0,
    step: limit.isTryingMore ? STEP : limit.step, // the last one more was not refused
    isTryingMore: true,
  };
}
