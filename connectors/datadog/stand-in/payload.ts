import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import type { ReceivedSeries } from './metric-store.js';

/** A payload that came in. */
export interface ReceivedPayload {
  readonly series: readonly ReceivedSeries[];
  /** Bytes after and before decompression. */
  readonly rawBytes: number;
  readonly wireBytes: number;
}

/** A payload that is refused. */
export class BadPayload extends Error {
  override readonly name = 'BadPayload';
  readonly status: 400 | 413;

  constructor(status: 400 | 413, message: string) {
    super(message);
    this.status = status;
  }
}

const MAX_WIRE_BYTES = 512_000;
const MAX_RAW_BYTES = 5_242_880;

const decoders: Readonly<Record<string, (body: Buffer) => Promise<Buffer>>> = {
  gzip: (body) => promisify(gunzip)(body),
  deflate: (body) => promisify(inflate)(body),
  identity: async (body) => body,
};

/** Reads a body under both of Datadog's limits. Throws {@link BadPayload}. */
export async function readPayload(body: Buffer, encoding = 'identity'): Promise<ReceivedPayload> {
  if (body.length > MAX_WIRE_BYTES) throw new BadPayload(413, 'Payload too large');
  const decode = decoders[encoding];
  if (decode === undefined) throw new BadPayload(400, `Unsupported content encoding ${encoding}`);
  const raw = await decode(body).catch(() => {
    throw new BadPayload(400, 'Payload is not compressed as declared');
  });
  if (raw.length > MAX_RAW_BYTES) throw new BadPayload(413, 'Payload too large after decompression');
  return { series: seriesIn(raw.toString('utf8')), rawBytes: raw.length, wireBytes: body.length };
}

function seriesIn(text: string): readonly ReceivedSeries[] {
  const payload = parse(text);
  if (typeof payload === 'object' && payload !== null && 'series' in payload) {
    const { series } = payload;
    if (Array.isArray(series) && series.every(isSeries)) return series;
  }
  throw new BadPayload(400, 'Payload is not in the expected format');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadPayload(400, 'Payload is not valid JSON');
  }
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
