const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const RETENTION_MONTHS = 15;

/**
 * Whether a point is kept: from an hour in the past to ten minutes ahead, and with Historical Metrics Ingestion
 * (`historical`) as far back as the retention. `timestamp` in seconds, `nowMs` in milliseconds.
 * @see https://docs.datadoghq.com/api/latest/metrics/#submit-metrics
 * @see https://docs.datadoghq.com/metrics/custom_metrics/historical_metrics/
 */
export function keepsPoint(timestamp: number, nowMs: number, historical: boolean): boolean {
  const ms = timestamp * 1_000;
  const oldestMs = historical ? monthsBefore(nowMs, RETENTION_MONTHS) : nowMs - HOUR_MS;
  return ms >= oldestMs && ms <= nowMs + 10 * MINUTE_MS;
}

/**
 * Whether a log is kept: from 18 hours in the past to two hours ahead; both in milliseconds.
 * @see https://docs.datadoghq.com/logs/log_configuration/processors/log_date_remapper/
 */
export function keepsLog(ms: number, nowMs: number): boolean {
  return ms >= nowMs - 18 * HOUR_MS && ms <= nowMs + 2 * HOUR_MS;
}

function monthsBefore(ms: number, months: number): number {
  const date = new Date(ms);
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, date.getUTCDate());
  return midnight + (ms % (24 * HOUR_MS));
}
