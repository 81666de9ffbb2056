import type { Transform } from 'node:stream';
import { createGunzip, createInflate, createInflateRaw, type ZlibOptions } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { bufferPool } from '../../encode/buffer-pool.js';
import type { HttpLimits } from '../http-options.js';
import type { BodyRoom } from '../pacing/body-room.js';
import { FailedTry } from '../retry/failed-try.js';
import { bodyFailure, tooLarge } from '../retry/network-failure.js';

type Decoder = (bytes: Buffer, options: ZlibOptions) => Transform;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: (_bytes, options) => createGunzip(options),
  'x-gzip': (_bytes, options) => createGunzip(options),
  // By the standard a zlib stream, but some servers send the bare one.
  deflate: (bytes, options) =>
    ((bytes[0] ?? 0) & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options),
};

/** A page fits in a few pieces of this size; zlib's own 16 KiB would cost a thread switch for each. */
const PIECE_BYTES = 256 * 1024;

/** How much of a body is taken. */
export interface BodyBounds {
  readonly limits: HttpLimits;
  readonly room: BodyRoom;
  readonly signal: AbortSignal;
}

/** Reads a body to its end and decodes it; its size is limited on the wire and again while it unfolds. */
export async function readBody(
  body: Dispatcher.ResponseData['body'],
  encoding: string | undefined,
  bounds: BodyBounds,
): Promise<Buffer> {
  const buffer = await wholeOf(body, bounds).catch((error: unknown) => {
    throw error instanceof FailedTry ? error : bodyFailure(error, bounds.limits);
  });
  const name = encoding?.trim().toLowerCase();
  if (buffer.length === 0 || name === undefined || name === '' || name === 'identity') return buffer;
  return decode(buffer, name, bounds);
}

async function decode(bytes: Buffer, encoding: string, bounds: BodyBounds): Promise<Buffer> {
  const decoder = DECODERS[encoding];
  if (decoder === undefined) {
    const reason = 'sent an answer in an encoding that was not asked for';
    throw new FailedTry('HTTP_BODY', reason, { kind: 'permanent' });
  }
  const decoding = decoder(bytes, { chunkSize: PIECE_BYTES });
  decoding.end(bytes);
  try {
    return await wholeOf(decoding, bounds);
  } catch (error) {
    if (error instanceof FailedTry) throw error;
    const reason = `sent an answer whose ${encoding} encoding is broken or cut off`;
    throw new FailedTry('HTTP_BODY', reason, { kind: 'transient', cause: error });
  }
}

/** All pieces as one, in memory of the pool. Each is taken when there is room for it. */
async function wholeOf(pieces: AsyncIterable<Buffer>, { limits, room, signal }: BodyBounds): Promise<Buffer> {
  const taken: Buffer[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > limits.maxBodyBytes) throw tooLarge(limits);
    await room.grow(piece.length, signal);
    taken.push(piece);
  }
  const whole = bufferPool.acquire(length);
  let end = 0;
  for (const piece of taken) end += piece.copy(whole, end);
  return whole.subarray(0, length);
}
