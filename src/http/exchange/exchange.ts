import type { Dispatcher } from 'undici';
import type { HttpAnswer } from '../http-client.js';
import type { HttpLimits } from '../http-options.js';
import { networkFailure } from '../retry/network-failure.js';
import { readBody } from './body.js';
import { receivedHeaders } from './headers.js';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** One request and its answer, read whole. Throws a `FailedTry`. */
export async function exchange(
  dispatcher: Dispatcher,
  wire: WireRequest,
  limits: HttpLimits,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { origin, pathname, search } = wire.url;
  const response = await dispatcher
    .request({
      origin,
      path: pathname + search,
      method: wire.method,
      headers: wire.headers,
      body: wire.body ?? null,
      signal,
    })
    .catch((error: unknown) => {
      throw networkFailure(error, limits);
    });
  const headers = receivedHeaders(response.headers);
  const status = response.statusCode;
  const reading = readBody(response.body, headers['content-encoding'], limits);
  // A refusal counts by its status even where its explanation is cut off.
  const body = await (status < 300 ? reading : reading.catch(() => Buffer.alloc(0)));
  return { status, headers, body };
}
