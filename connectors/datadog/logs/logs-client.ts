import type { HttpAnswer } from '../../../src/http/http-client.js';
import type { DatadogApi } from '../shared/datadog-api.js';
import { loadOfficialClient } from '../shared/official-client.js';
import { type Call, type IntakeRules, payloadTransport } from '../shared/payload-transport.js';
import type { LogEntry } from './log-entry.js';

/** Datadog's log intake, by way of its official client. */
export interface LogsClient {
  /**
   * Sends one payload, of at most {@link MOST_ENTRIES}; resolves with its bytes on the wire when Datadog has
   * acknowledged it. Throws `PayloadTooLarge` for one that must be cut, `SINK_REFUSED` for a key that is refused, and
   * what the HTTP client throws.
   */
  submit(entries: readonly LogEntry[], call: Call): Promise<number>;
}

/** @see https://docs.datadoghq.com/api/latest/logs/#send-logs */
export const MOST_ENTRIES = 1_000;
const RULES: IntakeRules = { rawBytes: 5_000_000, wireBytes: 5_000_000, read: acknowledgement };

const ACCEPTED = 202;

/** Loads the official client with the first payload. */
export function logsClient(api: DatadogApi): LogsClient {
  let loading: ReturnType<typeof load> | undefined;
  return {
    async submit(entries, call) {
      loading ??= load();
      const { official, LogsApi } = await loading;
      const transport = payloadTransport(api, RULES, call, official.ResponseContext);
      const logs = new LogsApi(official.configurationFor(api.baseUrl, transport));
      const body = entries.map(({ message, ddsource, ddtags, service, ...additionalProperties }) => ({
        message,
        ddsource,
        ddtags,
        service,
        additionalProperties,
      }));
      await logs.submitLog({ body, contentEncoding: 'gzip' });
      return transport.wireBytes;
    },
  };
}

async function load() {
  const [official, { LogsApi }] = await Promise.all([
    loadOfficialClient(),
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/LogsApi.js'),
  ]);
  return { official, LogsApi };
}

/**
 * The status alone is believed. The body of a 202 is documented as empty JSON; were it judged, and something on the
 * way had dropped it, the same logs would be sent again, and be there twice.
 */
function acknowledgement(answer: HttpAnswer): HttpAnswer {
  if (answer.status !== ACCEPTED) throw new Error(`logs are acknowledged with ${ACCEPTED}`);
  return { ...answer, body: Buffer.from('{}') };
}
