import type { HttpAnswer, HttpClient, HttpRequest } from '../../../src/http/http-client.js';
import type { HttpClientOptions } from '../../../src/http/http-options.js';
import type { HttpStats } from '../../../src/http/http-stats.js';
import { createHttpClient } from '../../../src/http/undici-client.js';
import type { Secret } from '../../../src/secrets/secret.js';
import type { Json } from '../../../src/text/json-object.js';
import type { ConnectionSettings } from './connection-settings.js';
import type { Dimension } from './dimensions.js';
import { callOfficial, type OfficialApi, type Use } from './official-client.js';
import { compressed, type PayloadLimits, PayloadTooLarge } from './payload.js';
import { explainDatadog, hasStatus, refusalOf } from './refusal.js';

/** Datadog's API. Every call throws `SINK_REFUSED` where keys are refused, and what the HTTP client throws. */
export interface DatadogClient {
  readonly site: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly stats: HttpStats;
  /** By the official client, over our own HTTP: retries, waits and time limits are those of every other call. */
  call<Api>(api: OfficialApi<Api>, call: Call, use: Use<Api>): Promise<Reply>;
  /** By our own HTTP alone, for custom costs: of their file the official client can only send the lines. */
  send<T>(request: HttpRequest<T>): Promise<T>;
  close(): Promise<void>;
}

export interface Call {
  /** What it is for, as it follows "Could not": `list the dashboards`. */
  readonly what: string;
  readonly signal: AbortSignal;
  /** Where to; default the client's own. */
  readonly baseUrl?: string;
  /** For what may have been made although no answer came. Default: as often as every other call. */
  readonly tries?: 'once';
  /** With them, the body is compressed; throws `PayloadTooLarge` for one that exceeds them, and for a 413. */
  readonly limits?: PayloadLimits;
  readonly onFailedTry?: HttpRequest<unknown>['onFailedTry'];
  /** Reads an answer of 2xx; when it throws, the call is tried again. Default: {@link jsonIn}. */
  readonly read?: (answer: HttpAnswer) => Json;
}

export interface Reply {
  /** As it came: the official client's models rename what they know and drop what they do not. */
  readonly json: Json;
  /** Size of the body that was sent. */
  readonly wireBytes: number;
}

/** What a Datadog sink may be given in place of its own. */
export interface DatadogDependencies {
  /** Closed with the sink. */
  readonly http?: HttpClient;
  readonly dimensions?: readonly Dimension[];
}

interface DatadogClientOptions {
  /** Default: one of its own. Closed with the client. */
  readonly http?: HttpClient | undefined;
  /** An application key, which is sent beside the API key, and what it must be allowed. */
  readonly application?: { readonly key: Secret; readonly permissions: string };
}

export function datadogClient(
  { site, api_key: apiKey, api_url: apiUrl }: ConnectionSettings,
  { log, clock, env, userAgent }: Required<Pick<HttpClientOptions, 'log' | 'clock' | 'env' | 'userAgent'>>,
  { http: given, application }: DatadogClientOptions = {},
): DatadogClient {
  const options = { log, clock, env, userAgent, explain: explainDatadog };
  const http = given ?? createHttpClient(options);
  let httpOnce: HttpClient | undefined;
  const once = () => (httpOnce ??= createHttpClient({ ...options, retries: { attempts: 1 } }));
  const baseUrl = trimmed(apiUrl ?? `https://api.${site}`);
  const keys = { 'DD-API-KEY': apiKey, ...(application && { 'DD-APPLICATION-KEY': application.key }) };

  const send = async <T>(by: HttpClient, to: string, request: HttpRequest<T>): Promise<T> => {
    try {
      return await by.send({ ...request, headers: { ...request.headers, ...keys } });
    } catch (error) {
      const { what } = request;
      throw refusalOf(error, { site, baseUrl: to, what, permissions: application?.permissions });
    }
  };

  return {
    site,
    baseUrl,
    get stats() {
      return http.stats;
    },
    async call(api, { what, signal, tries, limits, onFailedTry, read = jsonIn, ...call }, use) {
      const to = trimmed(call.baseUrl ?? baseUrl);
      let reply: Reply = { json: null, wireBytes: 0 };
      await callOfficial(api, use, to, async (request) => {
        const raw = Buffer.from(String(request.getBody() ?? ''));
        const body = limits === undefined ? raw : await compressed(raw, limits);
        const json = await send(tries === 'once' ? once() : http, to, {
          url: request.getUrl(),
          // Nothing that is used has another one.
          method: request.getHttpMethod() as 'GET' | 'POST' | 'PUT' | 'DELETE',
          headers: request.getHeaders(),
          ...(body.length === 0 ? {} : { body }),
          what,
          signal,
          onFailedTry,
          parse: read,
        }).catch((cause) => {
          const isTooLarge = limits !== undefined && hasStatus(cause, 413);
          throw isTooLarge ? new PayloadTooLarge('413 Payload Too Large', { cause }) : cause;
        });
        reply = { json, wireBytes: body.length };
      });
      return reply;
    },
    send: (request) => send(http, baseUrl, request),
    async close() {
      await Promise.all([http.close(), httpOnce?.close()]);
    },
  };
}

/** JSON, or null where there is no body. */
export function jsonIn({ body }: HttpAnswer): Json {
  return body.length === 0 ? null : JSON.parse(body.toString('utf8'));
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}
