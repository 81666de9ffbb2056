import { ExportError } from '../../../src/errors/export-error.js';
import type { HttpAnswer } from '../../../src/http/http-client.js';
import type { HttpClientOptions } from '../../../src/http/http-options.js';
import { createHttpClient } from '../../../src/http/undici-client.js';
import { Secret } from '../../../src/secrets/secret.js';
import { isJsonObject, type Json, type JsonObject } from '../../../src/text/json-object.js';

interface GrafanaCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Behind the address of Grafana, with its query. */
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** As it follows "Could not". */
  readonly what: string;
}

/** Grafana's HTTP API. @see https://grafana.com/docs/grafana/latest/developers/http_api/ */
export interface GrafanaClient {
  /** Without a slash at its end. */
  readonly url: string;
  /** The answer, or null where there is none. Throws `SINK_REFUSED` where the token is refused. */
  call(call: GrafanaCall): Promise<Json>;
  /** The same; undefined for what is not there. */
  find(call: GrafanaCall): Promise<JsonObject | undefined>;
  /** What is gone already is no trouble: a second try, after an answer was lost, finds nothing. */
  remove(call: GrafanaCall): Promise<void>;
  close(): Promise<void>;
}

export function grafanaClient(
  { url, token }: { readonly url: string; readonly token: Secret },
  options: Pick<HttpClientOptions, 'log' | 'clock' | 'env' | 'userAgent'>,
  signal: AbortSignal,
): GrafanaClient {
  const http = createHttpClient({ ...options, explain });
  const base = url.replace(/\/+$/, '');
  const authorization = new Secret(`Bearer ${token.reveal()}`);
  const call = ({ path, body, headers = {}, ...request }: GrafanaCall): Promise<Json> =>
    http
      .send<Json>({
        ...request,
        url: `${base}${path}`,
        headers: { ...headers, authorization, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: Buffer.from(JSON.stringify(body)) }),
        signal,
        parse: ({ body }) => (body.length === 0 ? null : JSON.parse(body.toString('utf8'))),
      })
      .catch((error) => {
        throw refusalOf(error, request.what, base);
      });
  return {
    url: base,
    call,
    async find(request) {
      const found = await call(request).catch(noneFor404);
      if (found === undefined || isJsonObject(found)) return found;
      throw unknownAnswer(request.what);
    },
    async remove(request) {
      await call({ ...request, method: 'DELETE' }).catch(noneFor404);
    },
    close: () => http.close(),
  };
}

/** True for an answer with one of these statuses. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): error is ExportError {
  return error instanceof ExportError && statuses.includes(error.status ?? 0);
}

function noneFor404(error: unknown): undefined {
  if (!hasStatus(error, 404)) throw error;
}

export function unknownAnswer(what: string): ExportError {
  return new ExportError('SINK_REFUSED', `Could not ${what}: Grafana gave an answer of an unknown form.`, {
    kind: 'permanent',
    hint: 'Check that --url is the address of Grafana itself, with its path where it has one.',
  });
}

function explain({ body }: HttpAnswer): { readonly message?: string } {
  const answer: unknown = JSON.parse(body.toString('utf8'));
  return isJsonObject(answer) && typeof answer.message === 'string' ? { message: answer.message } : {};
}

/** The error's own words, but where the token is refused: then what to do about it. */
function refusalOf(error: unknown, what: string, url: string): unknown {
  if (hasStatus(error, 401)) {
    return new ExportError('SINK_REFUSED', `Grafana at ${url} does not know the token.`, {
      kind: 'auth',
      hint: 'Make one in Grafana under Administration > Users and access > Service accounts, and put it into GRAFANA_TOKEN.',
      status: 401,
      cause: error,
    });
  }
  if (hasStatus(error, 403)) {
    return new ExportError('SINK_REFUSED', `Grafana did not allow to ${what}. ${error.message}`, {
      kind: 'auth',
      hint: 'Give the service account of the token the role Admin; with --dashboard alone, Editor is enough.',
      status: 403,
      cause: error,
    });
  }
  return error;
}
