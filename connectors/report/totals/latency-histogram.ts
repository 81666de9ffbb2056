/**
 * Latencies in buckets, each five percent wider than the one before: a percentile read from them is at most 2.5 % off.
 * Counts by bucket add up over days and projects.
 */
export type Histogram = Map<number, number>;

const GROWTH = 1.05;
const LOG_GROWTH = Math.log(GROWTH);
/** Whatever is quicker than a hundredth of a millisecond is in the first bucket. */
const LEAST_MS = 0.01;

/** How far a percentile may be from the latency that it stands for. */
export const LATENCY_ERROR = '2.5 %';

export function addLatency(histogram: Histogram, ms: number): void {
  const bucket = Math.ceil(Math.log(Math.max(ms, LEAST_MS)) / LOG_GROWTH);
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
}

export function addHistogram(to: Histogram, more: Iterable<readonly [number, number]>): void {
  for (const [bucket, count] of more) to.set(bucket, (to.get(bucket) ?? 0) + count);
}

/** In milliseconds, by nearest rank; undefined where no latency is known. */
export function percentile(histogram: Histogram, percent: number): number | undefined {
  const buckets = [...histogram].sort(([one], [other]) => one - other);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.ceil((percent / 100) * total);
  for (const [bucket, count] of buckets) {
    left -= count;
    if (left <= 0) return (2 * GROWTH ** bucket) / (1 + GROWTH);
  }
  return undefined;
}
