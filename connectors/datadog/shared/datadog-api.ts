import type { CheckResult } from '../../../src/catalogue/check-result.js';
import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { HttpAnswer, HttpClient, RefusalDetails } from '../../../src/http/http-client.js';
import { createHttpClient } from '../../../src/http/undici-client.js';
import type { Secret } from '../../../src/secrets/secret.js';
import type { ConnectionSettings } from './connection-settings.js';

/** Where Datadog's API is, who asks, and by what client. */
export interface DatadogApi {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly site: string;
  readonly apiKey: Secret;
  readonly http: HttpClient;
}

export function datadogApi(settings: ConnectionSettings, http: HttpClient): DatadogApi {
  const baseUrl = (settings.api_url ?? `https://api.${settings.site}`).replace(/\/+$/, '');
  return { baseUrl, site: settings.site, apiKey: settings.api_key, http };
}

/** A client of a sink's own, to be closed with it. */
export function datadogHttp({ log, clock, env, userAgent }: SinkContext): HttpClient {
  return createHttpClient({ log, clock, env, userAgent, explain: explainDatadog });
}

/**
 * Asks Datadog whether it knows the API key; leaves nothing there.
 *
 * @throws `SINK_REFUSED` (auth) where it does not, and what the HTTP client throws.
 * @see https://docs.datadoghq.com/api/latest/authentication/#validate-api-key
 */
export async function validateKey(api: DatadogApi, signal: AbortSignal): Promise<void> {
  try {
    await api.http.send({
      url: `${api.baseUrl}/api/v1/validate`,
      headers: { 'DD-API-KEY': api.apiKey, Accept: 'application/json' },
      what: 'validate the Datadog API key',
      signal,
      parse: parseValidation,
    });
  } catch (error) {
    throw refusalOf(error, api);
  }
}

/** {@link validateKey} as a sink's answer to `check`. */
export async function checkKey(api: DatadogApi, signal: AbortSignal): Promise<CheckResult> {
  const what = `validate the API key at ${api.site}`;
  try {
    await validateKey(api, signal);
    return { what, ok: true, detail: `the key is valid (${api.baseUrl})` };
  } catch (error) {
    if (!(error instanceof ExportError) || error.kind === 'interrupted') throw error;
    return {
      what,
      ok: false,
      detail: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
}

/** The error's own words where it is a key that is refused: one error, with both suspects, for every call. */
export function refusalOf(error: unknown, { site, baseUrl }: DatadogApi): unknown {
  if (!(error instanceof ExportError) || (error.status !== 401 && error.status !== 403)) return error;
  return new ExportError('SINK_REFUSED', `Datadog refused the API key (${error.status} from ${baseUrl}).`, {
    kind: 'auth',
    hint:
      'A wrong key and a wrong site look the same here. Check that `api_key` is an API key of your account ' +
      `(not an application key), and that \`site\`, now ${site}, is the one in your Datadog address.`,
    status: error.status,
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    cause: error,
  });
}

/** Reads `{"errors": ["Forbidden"]}`, and what logs have in place of each text. */
export function explainDatadog(answer: HttpAnswer): RefusalDetails {
  const errors = errorsIn(JSON.parse(answer.body.toString('utf8')));
  return errors.length === 0 ? {} : { message: errors.join('; ') };
}

/** What is said under `errors`; nothing where there is no such list. */
export function errorsIn(body: unknown): readonly string[] {
  if (typeof body !== 'object' || body === null || !('errors' in body)) return [];
  return Array.isArray(body.errors) ? body.errors.map(formatError) : [];
}

/** `Forbidden`, and of `{"status": "403", "title": "Forbidden", "detail": "Unknown key"}` `Forbidden: Unknown key`. */
function formatError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { title, detail } = error as { readonly title?: unknown; readonly detail?: unknown };
  const said = [title, detail].filter((text) => typeof text === 'string' && text !== '');
  return said.length > 0 ? [...new Set(said)].join(': ') : JSON.stringify(error);
}

function parseValidation(answer: HttpAnswer): void {
  const body: unknown = JSON.parse(answer.body.toString('utf8'));
  if (typeof body === 'object' && body !== null && 'valid' in body && body.valid === true) return;
  throw new SyntaxError('The answer does not say that the key is valid.');
}
