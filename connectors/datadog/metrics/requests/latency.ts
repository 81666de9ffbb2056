/** What latencies come down to, in milliseconds. A percentile is a value that occurred (nearest rank). */
export interface LatencySummary {
  readonly avg: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Null where no latency is known. */
export function summarizeLatency(values: readonly number[]): LatencySummary | null {
  const sorted = Float64Array.from(values).sort();
  const max = sorted.at(-1);
  if (max === undefined) return null;
  const rank = (percent: number): number => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? max;
  const sum = sorted.reduce((total, value) => total + value, 0);
  return { avg: sum / sorted.length, p50: rank(50), p95: rank(95), p99: rank(99), max };
}
