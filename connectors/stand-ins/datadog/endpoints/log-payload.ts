import { isObject } from '../account/json.js';
import type { ReceivedLog } from '../account/log-store.js';
import { LOG_PAYLOAD, MAX_LOGS } from '../rules/size-limits.js';
import { BadPayload, type DecodedBody, decodeBody } from './encoded-body.js';

/** A payload of logs that came in. */
export interface ReceivedLogs extends Omit<DecodedBody, 'json'> {
  readonly logs: readonly ReceivedLog[];
}

/**
 * Reads one log or a list of them under Datadog's limits. Throws {@link BadPayload}: for too many logs with 400, since
 * that is the sender's mistake, and cutting in halves must not hide it.
 */
export async function readLogPayload(body: Buffer, encoding?: string): Promise<ReceivedLogs> {
  const { json, ...sizes } = await decodeBody(body, encoding, LOG_PAYLOAD);
  const logs = Array.isArray(json) ? json : [json];
  if (!logs.every(isLog)) throw new BadPayload(400, 'Malformed payload');
  if (logs.length > MAX_LOGS) throw new BadPayload(400, `More than ${MAX_LOGS} logs`);
  return { logs, ...sizes };
}

function isLog(log: unknown): log is ReceivedLog {
  return isObject(log) && typeof log.message === 'string';
}
