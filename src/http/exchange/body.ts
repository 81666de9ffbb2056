import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { bufferPool } from '../../encode/buffer-pool.js';
import type { HttpLimits } from '../http-options.js';
import { FailedTry } from '../retry/failed-try.js';
import { bodyFailure, tooLarge } from '../retry/network-failure.js';

type Decoder = (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  // By the standard a zlib stream, but some servers send the bare one.
  deflate: (bytes, options) =>
    ((bytes[0] ?? 0) & 0x0f) === 8
      ? promisify(inflate)(bytes, options)
      : promisify(inflateRaw)(bytes, options),
};

/** A page fits in a few pieces of this size; zlib's own 16 KiB would cost a thread switch for each. */
const PIECE_BYTES = 256 * 1024;

/** Reads a body to its end and decodes it; its size is limited on the wire and again while it unfolds. */
export async function readBody(
  body: Dispatcher.ResponseData['body'],
  encoding: string | undefined,
  limits: HttpLimits,
): Promise<Buffer> {
  const buffer = await wholeBody(body).catch((error: unknown) => {
    throw bodyFailure(error, limits);
  });
  const name = encoding?.trim().toLowerCase();
  if (buffer.length === 0 || name === undefined || name === '' || name === 'identity') return buffer;
  return decode(buffer, name, limits);
}

async function wholeBody(body: Dispatcher.ResponseData['body']): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
  }
  const whole = bufferPool.acquire(length);
  let end = 0;
  for (const chunk of chunks) end += chunk.copy(whole, end);
  return whole.subarray(0, length);
}

async function decode(bytes: Buffer, encoding: string, limits: HttpLimits): Promise<Buffer> {
  const decoder = DECODERS[encoding];
  if (decoder === undefined) {
    const reason = 'sent an answer in an encoding that was not asked for';
    throw new FailedTry('HTTP_BODY', reason, { kind: 'permanent' });
  }
  try {
    return await decoder(bytes, { maxOutputLength: limits.maxBodyBytes, chunkSize: PIECE_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limits, error);
    const reason = `sent an answer whose ${encoding} encoding is broken or cut off`;
    throw new FailedTry('HTTP_BODY', reason, { kind: 'transient', cause: error });
  }
}
