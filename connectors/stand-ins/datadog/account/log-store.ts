import { MAX_LOG_BYTES } from '../rules/size-limits.js';
import { keepsLog } from '../rules/time-window.js';

/** A log as it came in: any JSON object. */
export type ReceivedLog = Readonly<Record<string, unknown>>;

/** A log as it is found. */
export interface StoredLog {
  /** Its official time in ISO 8601: the one that it came with, or else that of its arrival. */
  readonly at: string;
  /** As it came; of one over the limit, its first bytes as the message. */
  readonly log: ReceivedLog;
}

/** Every log that was kept, in the order of arrival: what comes twice is there twice. */
export interface LogStore {
  /** `now` in milliseconds; what is outside the time window is dropped. */
  write(logs: readonly ReceivedLog[], now: number): void;
  readonly stored: readonly StoredLog[];
}

export function createLogStore(): LogStore {
  const stored: StoredLog[] = [];
  return {
    stored,
    write(logs, now) {
      for (const log of logs) {
        const ms = timeOf(log) ?? now;
        if (keepsLog(ms, now)) stored.push({ at: new Date(ms).toISOString(), log: cut(log) });
      }
    },
  };
}

/** ISO 8601 or milliseconds, under one of the names that are looked at; undefined where there is none. */
function timeOf(log: ReceivedLog): number | undefined {
  const time = log.timestamp ?? log.date;
  const ms = typeof time === 'string' ? Date.parse(time) : time;
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : undefined;
}

/** What was cut off is no JSON any more, and so only text. */
function cut(log: ReceivedLog): ReceivedLog {
  const bytes = Buffer.from(JSON.stringify(log));
  return bytes.length > MAX_LOG_BYTES ? { message: bytes.subarray(0, MAX_LOG_BYTES).toString('utf8') } : log;
}
