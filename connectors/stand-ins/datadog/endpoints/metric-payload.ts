import { isObject } from '../account/json.js';
import type { ReceivedSeries } from '../account/metric-store.js';
import { METRIC_PAYLOAD } from '../rules/size-limits.js';
import { BadPayload, type DecodedBody, decodeBody } from './encoded-body.js';

/** A payload of metrics that came in. */
export interface ReceivedPayload extends Omit<DecodedBody, 'json'> {
  readonly series: readonly ReceivedSeries[];
}

/** Reads a body under both of Datadog's limits. Throws {@link BadPayload}. */
export async function readMetricPayload(body: Buffer, encoding?: string): Promise<ReceivedPayload> {
  const { json, ...sizes } = await decodeBody(body, encoding, METRIC_PAYLOAD);
  return { series: seriesIn(json), ...sizes };
}

function seriesIn(payload: unknown): readonly ReceivedSeries[] {
  const { series }: { readonly series?: unknown } = isObject(payload) ? payload : {};
  if (!Array.isArray(series) || !series.every(isSeries)) {
    throw new BadPayload(400, 'Payload is not in the expected format');
  }
  return series;
}

function isSeries(series: unknown): series is ReceivedSeries {
  if (!isObject(series) || typeof series.metric !== 'string') return false;
  return Array.isArray(series.points) && series.points.every(isPoint);
}

function isPoint(point: unknown): boolean {
  return isObject(point) && Number.isInteger(point.timestamp) && typeof point.value === 'number';
}
