import type {
  HttpLibrary,
  RequestContext,
} from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common/http/http.js';
import type { HttpAnswer, HttpRequest } from '../../../../src/http/http-client.js';
import type { Json } from '../../shared/json.js';
import type { Call } from '../../shared/payload-transport.js';
import type { AccountApi } from './account-api.js';

/** The official client's library for one call, and what was answered. */
export interface JsonTransport extends HttpLibrary {
  /** Null for an answer without a body. */
  readonly answer: Json;
}

type Reply = new (
  status: number,
  headers: { [name: string]: string },
  body: { text(): Promise<string>; binary(): Promise<Buffer> },
) => Awaited<ReturnType<HttpLibrary['send']>>;

/**
 * Carries the official client's requests by our own HTTP, so that retries, waits and time limits are those of
 * every other call. Both keys are written here: the official client never gets them.
 */
export function jsonTransport(
  api: Pick<AccountApi, 'http' | 'apiKey' | 'appKey'>,
  call: Call,
  Reply: Reply,
): JsonTransport {
  const transport = {
    answer: null as Json,
    async send(request: RequestContext) {
      const body = request.getBody();
      const { status, json } = await api.http.send({
        url: request.getUrl(),
        method: methodOf(request),
        headers: { ...request.getHeaders(), 'DD-API-KEY': api.apiKey, 'DD-APPLICATION-KEY': api.appKey },
        ...(body === undefined ? {} : { body: Buffer.from(String(body)) }),
        what: call.what,
        signal: call.signal,
        parse: (answer) => ({ status: answer.status, json: jsonOf(answer) }),
      });
      transport.answer = json;
      return new Reply(status, { 'content-type': 'application/json' }, NOTHING);
    },
  };
  return transport;
}

/** What the client gets to read: its models would try every kind of widget on every widget, and nobody wants that. */
const NOTHING = { text: async () => 'null', binary: async () => Buffer.alloc(0) };

function methodOf(request: RequestContext): NonNullable<HttpRequest<unknown>['method']> {
  const method = request.getHttpMethod();
  // Nothing that is used here has another one.
  return method as 'GET' | 'POST' | 'PUT' | 'DELETE';
}

function jsonOf({ body }: HttpAnswer): Json {
  return body.length === 0 ? null : JSON.parse(body.toString('utf8'));
}
