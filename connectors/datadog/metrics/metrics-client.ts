import type { MetricPayload } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/models/MetricPayload.js';
import type { MetricSeries } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/models/MetricSeries.js';
import type { DatadogApi } from '../datadog-api.js';
import { type Call, type PayloadLimits, payloadTransport } from '../payload-transport.js';

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
const LIMITS: PayloadLimits = { raw: 5_242_880, wire: 512_000 };

/**
 * Loads the official client with the first payload: that takes more than half a second and 130 MB, and a run that
 * sends nothing can do without. Only the one API that is used is imported; the whole package takes twice as long.
 */
export function metricsClient(api: DatadogApi): MetricsClient {
  let loading: ReturnType<typeof loadOfficialClient> | undefined;
  return {
    async submit(series, call) {
      loading ??= loadOfficialClient();
      const { MetricsApi, createConfiguration, ServerConfiguration, ResponseContext, UnparsedObject } =
        await loading;
      const transport = payloadTransport(api, LIMITS, call, ResponseContext);
      const configuration = createConfiguration({
        // A server of our own, so that DD_SITE in the environment has no say.
        baseServer: new ServerConfiguration(api.baseUrl, {}),
        // Left out, the keys would be taken from the environment; ours is written by the transport.
        authMethods: { apiKeyAuth: '', appKeyAuth: '' },
        httpApi: transport,
      });
      const metrics = new MetricsApi(configuration);
      // The series are in the form of the wire already. The client would copy each point through its models, which
      // for a busy day takes longer than all else; what it calls unparsed it sends as it is.
      // Its types do not know that, hence the cast.
      const body = new UnparsedObject({ series }) as unknown as MetricPayload;
      const { errors } = await metrics.submitMetrics({ body, contentEncoding: 'gzip' });
      return { errors: errors ?? [], wireBytes: transport.wireBytes };
    },
  };
}

async function loadOfficialClient() {
  const [
    { MetricsApi },
    { createConfiguration },
    { ServerConfiguration },
    { ResponseContext },
    { UnparsedObject },
    { logger },
  ] = await Promise.all([
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/MetricsApi.js'),
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-common/configuration.js'),
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-common/servers.js'),
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-common/http/http.js'),
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-common/util.js'),
    import('@datadog/datadog-api-client/dist/logger.js'),
  ]);
  // It would write to the console, past the masking of our own log.
  logger.setLevel('silent');
  return { MetricsApi, createConfiguration, ServerConfiguration, ResponseContext, UnparsedObject };
}
