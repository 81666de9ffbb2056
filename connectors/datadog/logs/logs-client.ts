import type { HttpAnswer } from '../../../src/http/http-client.js';
import type { Call, DatadogClient } from '../shared/datadog-client.js';
import { official } from '../shared/official-client.js';
import type { LogEntry } from './log-entry.js';

/** @see https://docs.datadoghq.com/api/latest/logs/#send-logs */
export const MOST_ENTRIES = 1_000;
const LIMITS = { rawBytes: 5_000_000, wireBytes: 5_000_000 };

const ACCEPTED = 202;

/**
 * Sends one payload, of at most {@link MOST_ENTRIES}, to Datadog's log intake; resolves with its bytes on the wire when
 * Datadog has acknowledged it. Throws `PayloadTooLarge` for one that must be cut.
 */
export async function submitEntries(
  client: DatadogClient,
  entries: readonly LogEntry[],
  call: Call,
): Promise<number> {
  const body = entries.map(({ message, ddsource, ddtags, service, ...additionalProperties }) => {
    return { message, ddsource, ddtags, service, additionalProperties };
  });
  const { wireBytes } = await client.call(
    official.logs,
    { ...call, limits: LIMITS, read: acknowledgement },
    (api) => api.submitLog({ body, contentEncoding: 'gzip' }),
  );
  return wireBytes;
}

/**
 * The status alone is believed. The body of a 202 is documented as empty JSON; were it judged, and something on the
 * way had dropped it, the same logs would be sent again, and be there twice.
 */
function acknowledgement({ status }: HttpAnswer): null {
  if (status !== ACCEPTED) throw new Error(`logs are acknowledged with ${ACCEPTED}`);
  return null;
}
