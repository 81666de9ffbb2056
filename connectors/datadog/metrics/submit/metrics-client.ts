import type { MetricPayload } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/models/MetricPayload.js';
import type { MetricSeries } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/models/MetricSeries.js';
import type { HttpAnswer } from '../../../../src/http/http-client.js';
import type { DatadogApi } from '../../shared/datadog-api.js';
import { loadOfficialClient } from '../../shared/official-client.js';
import { type Call, type IntakeRules, payloadTransport } from '../../shared/payload-transport.js';

/** Datadog's metric intake, by way of its official client. */
export interface MetricsClient {
  /**
   * Sends one payload. Throws `PayloadTooLarge` for one that must be cut, `SINK_REFUSED` for a key that is
   * refused, and what the HTTP client throws.
   */
  submit(series: MetricSeries[], call: Call): Promise<Submitted>;
}

export interface Submitted {
  /** What Datadog complains about although it answered 202; empty when it took everything. */
  readonly errors: readonly string[];
  readonly wireBytes: number;
}

/** @see https://docs.datadoghq.com/api/latest/metrics/#submit-metrics */
const RULES: IntakeRules = { rawBytes: 5_242_880, wireBytes: 512_000, read: jsonAnswer };

/** Loads the official client with the first payload. */
export function metricsClient(api: DatadogApi): MetricsClient {
  let loading: ReturnType<typeof load> | undefined;
  return {
    async submit(series, call) {
      loading ??= load();
      const { official, MetricsApi } = await loading;
      const transport = payloadTransport(api, RULES, call, official.ResponseContext);
      const metrics = new MetricsApi(official.configurationFor(api.baseUrl, transport));
      // The series are in the form of the wire already. The client would copy each point through its models, which
      // for a busy day takes longer than all else; what it calls unparsed it sends as it is.
      // Its types do not know that, hence the cast.
      const body = new official.UnparsedObject({ series }) as unknown as MetricPayload;
      const { errors } = await metrics.submitMetrics({ body, contentEncoding: 'gzip' });
      return { errors: errors ?? [], wireBytes: transport.wireBytes };
    },
  };
}

async function load() {
  const [official, { MetricsApi }] = await Promise.all([
    loadOfficialClient(),
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/MetricsApi.js'),
  ]);
  return { official, MetricsApi };
}

/** An answer without its list of errors says nothing, and sending a point again does no harm. */
function jsonAnswer(answer: HttpAnswer): HttpAnswer {
  JSON.parse(answer.body.toString('utf8'));
  return answer;
}
