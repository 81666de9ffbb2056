/** What an intake takes at once, in bytes. */
export interface BodyLimits {
  /** Before decompression. Default: no limit of its own. */
  readonly wire?: number;
  /** After decompression. */
  readonly raw: number;
}

/** @see https://docs.datadoghq.com/api/latest/metrics/#submit-metrics */
export const METRIC_PAYLOAD: BodyLimits = { wire: 512_000, raw: 5_242_880 };

/** @see https://docs.datadoghq.com/api/latest/logs/#send-logs */
export const LOG_PAYLOAD: BodyLimits = { raw: 5_000_000 };
export const MAX_LOGS = 1_000;
/** A longer log is taken, and cut. */
export const MAX_LOG_BYTES = 1_000_000;

/** @see https://docs.datadoghq.com/cloud_cost_management/setup/custom/ */
export const MAX_COST_CHARACTERS = 1_000;
