import { BadPayload, type BodyLimits, decodeBody } from '../server/encoded-body.js';

/** A log as it came in: any JSON object. */
export type ReceivedLog = Readonly<Record<string, unknown>>;

/** A payload of logs that came in. */
export interface ReceivedLogs {
  readonly logs: readonly ReceivedLog[];
  /** Bytes after and before decompression. */
  readonly rawBytes: number;
  readonly wireBytes: number;
}

const LIMITS: BodyLimits = { raw: 5_000_000 };
const MOST_ENTRIES = 1_000;

/**
 * Reads one log or a list of them under Datadog's limits. Throws {@link BadPayload}: for too many logs with 400, since
 * that is the sender's mistake, and cutting in halves must not hide it.
 */
export async function readLogPayload(body: Buffer, encoding?: string): Promise<ReceivedLogs> {
  const { json, ...sizes } = await decodeBody(body, encoding, LIMITS);
  const logs = Array.isArray(json) ? json : [json];
  if (!logs.every(isLog)) throw new BadPayload(400, 'Malformed payload');
  if (logs.length > MOST_ENTRIES) throw new BadPayload(400, `More than ${MOST_ENTRIES} logs`);
  return { logs, ...sizes };
}

function isLog(log: unknown): log is ReceivedLog {
  return typeof log === 'object' && log !== null && 'message' in log && typeof log.message === 'string';
}
