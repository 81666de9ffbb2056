import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type {
  HttpLibrary,
  RequestContext,
} from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common/http/http.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { HttpAnswer, HttpRequest } from '../../../src/http/http-client.js';
import { type DatadogApi, refusalOf } from './datadog-api.js';

/** A payload that Datadog does not take in one piece. */
export class PayloadTooLarge extends Error {
  override readonly name = 'PayloadTooLarge';
}

/** One call: what it is for, and who may end it. */
export interface Call {
  readonly what: string;
  readonly signal: AbortSignal;
}

/** The official client's library for one call, and how many bytes went over the wire. */
export interface Transport extends HttpLibrary {
  readonly wireBytes: number;
}

type Reply = new (
  status: number,
  headers: { [name: string]: string },
  body: { text(): Promise<string>; binary(): Promise<Buffer> },
) => Awaited<ReturnType<HttpLibrary['send']>>;

/** What an intake takes at once, and what it takes to believe that it did. */
export interface IntakeRules {
  /** Bytes of a payload before compression. */
  readonly rawBytes: number;
  /** Bytes of a payload after it. */
  readonly wireBytes: number;
  /** Reads an answer of 2xx, as JSON. When it throws, the payload is sent again. */
  readonly read: (answer: HttpAnswer) => HttpAnswer;
}

const compress = promisify(gzip);

/**
 * Carries the official client's requests by our own HTTP, so that retries, waits and time limits are those of
 * every other call. The key is written here: the official client never gets it.
 *
 * Its `send` throws {@link PayloadTooLarge} for a body over one of the sizes, and for a 413.
 */
export function payloadTransport(api: DatadogApi, rules: IntakeRules, call: Call, Reply: Reply): Transport {
  const transport = {
    wireBytes: 0,
    async send(request: RequestContext) {
      const raw = Buffer.from(String(request.getBody() ?? ''));
      if (raw.length > rules.rawBytes) throw new PayloadTooLarge(`${raw.length} bytes before compression`);
      const body = await compress(raw);
      if (body.length > rules.wireBytes) throw new PayloadTooLarge(`${body.length} bytes on the wire`);
      const answer = await post(api, request, body, { ...call, parse: rules.read });
      transport.wireBytes = body.length;
      // Its content type is left out by some proxies; that it is JSON has been seen.
      const headers = { ...answer.headers, 'content-type': 'application/json' };
      return new Reply(answer.status, headers, {
        text: async () => answer.body.toString('utf8'),
        binary: async () => answer.body,
      });
    },
  };
  return transport;
}

async function post(
  api: DatadogApi,
  request: RequestContext,
  body: Buffer,
  call: Call & Pick<HttpRequest<HttpAnswer>, 'parse'>,
): Promise<HttpAnswer> {
  try {
    return await api.http.send({
      url: request.getUrl(),
      method: 'POST',
      headers: { ...request.getHeaders(), 'DD-API-KEY': api.apiKey },
      body,
      ...call,
    });
  } catch (error) {
    if (error instanceof ExportError && error.status === 413) {
      throw new PayloadTooLarge('413 Payload Too Large', { cause: error });
    }
    throw refusalOf(error, api);
  }
}
