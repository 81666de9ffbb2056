/**
 * Whether Datadog keeps a log with its own time. What it does not keep it answers with 202 all the same.
 * @see https://docs.datadoghq.com/logs/log_configuration/processors/log_date_remapper/
 */
export type LogVerdict = 'kept' | 'late' | 'ahead';

const HOUR_MS = 3_600_000;
const KEPT_BACK_MS = 18 * HOUR_MS;
const KEPT_AHEAD_MS = 2 * HOUR_MS;

/** Time that a payload may be under way, tries and waits included: twice what the HTTP client allows for that. */
export const UNDER_WAY_MS = 600_000;

/** Judges a moment, as of another; both in milliseconds. `leftMs`: how long it has to be kept for, from then on. */
export function verdictOnLog(createdMs: number, now: number, leftMs = 0): LogVerdict {
  if (createdMs > now + KEPT_AHEAD_MS) return 'ahead';
  return createdMs >= now + leftMs - KEPT_BACK_MS ? 'kept' : 'late';
}
