import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import type { BodyLimits } from '../rules/size-limits.js';

/** A payload that is refused; with 202, although it is said to be accepted. */
export class BadPayload extends Error {
  override readonly name = 'BadPayload';
  readonly status: 202 | 400 | 413;

  constructor(status: 202 | 400 | 413, message: string) {
    super(message);
    this.status = status;
  }
}

/** JSON as it came in. */
export interface DecodedBody {
  readonly json: unknown;
  /** Bytes after and before decompression. */
  readonly rawBytes: number;
  readonly wireBytes: number;
}

const decoders: Readonly<Record<string, (body: Buffer) => Promise<Buffer>>> = {
  gzip: (body) => promisify(gunzip)(body),
  deflate: (body) => promisify(inflate)(body),
  identity: async (body) => body,
};

/** Reads a body under these limits. Throws {@link BadPayload}. */
export async function decodeBody(
  body: Buffer,
  encoding: string | undefined,
  limits: BodyLimits,
): Promise<DecodedBody> {
  if (body.length > (limits.wire ?? Number.POSITIVE_INFINITY)) throw new BadPayload(413, 'Payload too large');
  const decode = decoders[encoding ?? 'identity'];
  if (decode === undefined) throw new BadPayload(400, `Unsupported content encoding ${encoding}`);
  const raw = await decode(body).catch(() => {
    throw new BadPayload(400, 'Payload is not compressed as declared');
  });
  if (raw.length > limits.raw) throw new BadPayload(413, 'Payload too large after decompression');
  return { json: parse(raw.toString('utf8')), rawBytes: raw.length, wireBytes: body.length };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadPayload(400, 'Payload is not valid JSON');
  }
}
