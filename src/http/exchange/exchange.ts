import type { Dispatcher } from 'undici';
import type { HttpAnswer, HttpRequest } from '../http-client.js';
import { networkFailure } from '../retry/network-failure.js';
import { type BodyBounds, readBody } from './body.js';
import { receivedHeaders } from './headers.js';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly url: URL;
  readonly method: NonNullable<HttpRequest<unknown>['method']>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** What is read of the body of a refusal: it is parsed, and a sentence of it is shown. */
const EXPLANATION_BYTES = 1024 * 1024;

/** One request and its answer, read whole. Throws a `FailedTry`. */
export async function exchange(
  dispatcher: Dispatcher,
  wire: WireRequest,
  bounds: BodyBounds,
): Promise<HttpAnswer> {
  const { url, method, headers: sent, body: content = null } = wire;
  const { limits, signal } = bounds;
  const path = url.pathname + url.search;
  const response = await dispatcher
    .request({ origin: url.origin, path, method, headers: sent, body: content, signal })
    .catch((error: unknown) => {
      throw networkFailure(error, limits);
    });
  const headers = receivedHeaders(response.headers);
  const status = response.statusCode;
  const most = status < 300 ? limits.maxBodyBytes : Math.min(limits.maxBodyBytes, EXPLANATION_BYTES);
  const own = { ...bounds, limits: { ...limits, maxBodyBytes: most } };
  const reading = readBody(response.body, headers['content-encoding'], own);
  // A refusal counts by its status even where its explanation is cut off, or none for people.
  const body = await (status < 300 ? reading : reading.catch(() => Buffer.alloc(0)));
  return { status, headers, body };
}
