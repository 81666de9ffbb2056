import type { ReceivedSeries } from '../account/metric-store.js';
import { BadPayload, type BodyLimits, decodeBody } from '../server/encoded-body.js';

/** A payload of metrics that came in. */
export interface ReceivedPayload {
  readonly series: readonly ReceivedSeries[];
  /** Bytes after and before decompression. */
  readonly rawBytes: number;
  readonly wireBytes: number;
}

const LIMITS: BodyLimits = { wire: 512_000, raw: 5_242_880 };

/** Reads a body under both of Datadog's limits. Throws {@link BadPayload}. */
export async function readMetricPayload(body: Buffer, encoding?: string): Promise<ReceivedPayload> {
  const { json, ...sizes } = await decodeBody(body, encoding, LIMITS);
  return { series: seriesIn(json), ...sizes };
}

function seriesIn(payload: unknown): readonly ReceivedSeries[] {
  if (typeof payload === 'object' && payload !== null && 'series' in payload) {
    const { series } = payload;
    if (Array.isArray(series) && series.every(isSeries)) return series;
  }
  throw new BadPayload(400, 'Payload is not in the expected format');
}

function isSeries(series: unknown): series is ReceivedSeries {
  if (typeof series !== 'object' || series === null) return false;
  if (!('metric' in series) || typeof series.metric !== 'string') return false;
  return 'points' in series && Array.isArray(series.points) && series.points.every(isPoint);
}

function isPoint(point: unknown): boolean {
  if (typeof point !== 'object' || point === null || !('timestamp' in point) || !('value' in point))
    return false;
  return Number.isInteger(point.timestamp) && typeof point.value === 'number';
}
