import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** What an intake takes at once, in bytes before and after compression. */
export interface PayloadLimits {
  readonly rawBytes: number;
  readonly wireBytes: number;
}

/** A payload that Datadog does not take in one piece. */
export class PayloadTooLarge extends Error {
  override readonly name = 'PayloadTooLarge';
}

/** Something in a payload is not to Datadog's liking. */
export class PayloadRefused extends Error {
  override readonly name = 'PayloadRefused';
}

const compress = promisify(gzip);

/** The payload in gzip. Throws {@link PayloadTooLarge} where it exceeds a limit. */
export async function compressed(raw: Buffer, limits: PayloadLimits): Promise<Buffer> {
  if (raw.length > limits.rawBytes) throw new PayloadTooLarge(`${raw.length} bytes before compression`);
  const wire = await compress(raw);
  if (wire.length > limits.wireBytes) throw new PayloadTooLarge(`${wire.length} bytes on the wire`);
  return wire;
}
