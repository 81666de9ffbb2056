import type { HttpAnswer } from '../../../src/http/http-client.js';
import type { Json } from '../../../src/text/json-object.js';
import { type Call, type DatadogClient, jsonIn } from '../shared/datadog-client.js';
import { official } from '../shared/official-client.js';
import { refuseErrors } from '../shared/refusal.js';
import type { LogEntry } from './log-entry.js';

/** @see https://docs.datadoghq.com/api/latest/logs/#send-logs */
export const MOST_ENTRIES = 1_000;
const LIMITS = { rawBytes: 5_000_000, wireBytes: 5_000_000 };

const ACCEPTED = 202;

/**
 * Sends one payload, of at most {@link MOST_ENTRIES}, to Datadog's log intake; resolves with its bytes on the wire when
 * Datadog has acknowledged it. Throws `PayloadTooLarge` and `PayloadRefused` for one that must be cut.
 */
export async function submitEntries(
  client: DatadogClient,
  entries: readonly LogEntry[],
  call: Call,
): Promise<number> {
  const body = entries.map(({ message, ddsource, ddtags, service, ...additionalProperties }) => {
    return { message, ddsource, ddtags, service, additionalProperties };
  });
  const { json, wireBytes } = await client.call(
    official.logs,
    { ...call, limits: LIMITS, read: acknowledgement },
    (api) => api.submitLog({ body, contentEncoding: 'gzip' }),
  );
  refuseErrors(json);
  return wireBytes;
}

/**
 * A 202, and the body that is documented with it, empty JSON, or none: something on the way may have dropped it, and sent
 * again the logs would be there twice. An HTML page is somebody else's answer.
 */
function acknowledgement(answer: HttpAnswer): Json {
  if (answer.status !== ACCEPTED) throw new Error(`logs are acknowledged with ${ACCEPTED}`);
  return jsonIn(answer);
}
