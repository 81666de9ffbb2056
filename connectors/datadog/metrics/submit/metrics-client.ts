import type { MetricSeries } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/models/MetricSeries.js';
import type { HttpAnswer } from '../../../../src/http/http-client.js';
import type { Call, DatadogClient } from '../../shared/datadog-client.js';
import { official } from '../../shared/official-client.js';
import { errorsIn } from '../../shared/refusal.js';

export interface Submitted {
  /** What Datadog complains about although it answered 202; empty when it took everything. */
  readonly errors: readonly string[];
  readonly wireBytes: number;
}

/** @see https://docs.datadoghq.com/api/latest/metrics/#submit-metrics */
const LIMITS = { rawBytes: 5_242_880, wireBytes: 512_000 };

/** Sends one payload to Datadog's metric intake. Throws `PayloadTooLarge` for one that must be cut. */
export async function submitSeries(
  client: DatadogClient,
  series: readonly MetricSeries[],
  call: Call,
): Promise<Submitted> {
  const { json, wireBytes } = await client.call(
    official.metrics,
    { ...call, limits: LIMITS, read: jsonAnswer },
    (api, asIs) => api.submitMetrics({ body: asIs({ series }), contentEncoding: 'gzip' }),
  );
  return { errors: errorsIn(json), wireBytes };
}

/** An answer without a body says nothing, and sending a point again does no harm. */
function jsonAnswer({ body }: HttpAnswer) {
  return JSON.parse(body.toString('utf8'));
}
